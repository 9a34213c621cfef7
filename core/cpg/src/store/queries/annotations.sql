-- annotations
-- Decorators and annotations of methods and types, in the order of the source.
-- param ids ids  Methods and types.
-- column owner id  What it stands at.
-- column id id  The annotation.
-- column name text  Name as written.
-- column full_name text  Full name where the file tells it.
-- column code text  Its source text, at most 200 bytes.
-- column path text  Path of its file.
-- column line int  Its line.
SELECT id - parent_distance AS owner, id, name, full_name, coalesce(code, name) AS code, filename AS path, line_number AS line
FROM node
WHERE kind = {ANNOTATION} AND id - parent_distance IN (SELECT unnest($ids))
ORDER BY owner, order_index, id
