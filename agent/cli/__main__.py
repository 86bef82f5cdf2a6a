"""`python -m agent.cli` is `louguan`."""

from agent.cli.main import main

if __name__ == "__main__":
    main()
