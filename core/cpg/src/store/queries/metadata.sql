-- metadata
-- What the revision says of itself.
-- column key text  Its name.
-- column value text  Its value; lists are JSON.
SELECT key, value FROM metadata ORDER BY key
