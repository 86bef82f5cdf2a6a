"""The public language benchmarks: each module trains its own model, ships it in int8 and measures what ships."""
