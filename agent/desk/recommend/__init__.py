"""Services, notices and facilities for residents who asked to be told of them."""
