-- decorators
-- Decorators and annotations of a method or type, in the order of the source.
-- param id id  The method or type.
-- column id id  The annotation.
-- column name text  Name as written.
-- column full_name text  Full name where the file tells it.
-- column code text  Its source text, at most 200 bytes.
-- column line int  Its line.
SELECT id, name, full_name, coalesce(code, name) AS code, line_number AS line
FROM node
WHERE kind = {ANNOTATION} AND id - parent_distance = $id AND id BETWEEN $id AND $id + 4294967295
ORDER BY order_index, id
