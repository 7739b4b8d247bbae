"""All runs in DuckDB: asked, filtered, compared."""
