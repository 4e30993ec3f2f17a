"""Django's PostgreSQL backend with one difference: how it tells that a connection of the pool is still good."""
