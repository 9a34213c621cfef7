-- file_ordinals
-- The number of each file in this graph: the import of the next revision keeps it.
-- column path text  Its path.
-- column ordinal int  Its number, from 1.
SELECT name AS path, CAST(id >> 32 AS BIGINT) AS ordinal
FROM file
WHERE id >> 32 > 0
ORDER BY id
