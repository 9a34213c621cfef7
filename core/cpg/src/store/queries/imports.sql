-- imports
-- Imports of a file, in the order of the source.
-- param path text  Path of the file.
-- column id id  The import; null where it has no place of its own.
-- column path text  The file that imports.
-- column line int  Line of the import.
-- column module text  Module as the importer gives it.
-- column name text  Member of the module; `*` for all, null for the module itself.
-- column bound text  The name that it binds.
-- column target text  Path of the file that is imported; null where it is not in the tree.
-- column code text  Source text of the import.
WITH i AS (SELECT * FROM node WHERE kind = {IMPORT} AND filename = $path),
     t AS (SELECT include_path, line_number, min(dst_filename) AS target FROM include WHERE src_filename = $path GROUP BY ALL)
SELECT i.id, i.filename AS path, i.line_number AS line, i.full_name AS module, i.type_full_name AS name, i.name AS bound, t.target, coalesce(i.code, i.name) AS code
FROM i LEFT JOIN t ON t.include_path = i.full_name AND t.line_number = i.line_number
ORDER BY i.id
