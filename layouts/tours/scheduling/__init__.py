"""Orders with due times: which are picked on one tour, by which picker, and when."""
