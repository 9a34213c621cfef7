-- file_dependents
-- Imports of a file by others.
-- param path text  Path of the file that is imported.
-- column path text  The file that imports.
-- column line int  Line of the import; null where it has none of its own.
-- column module text  What is imported, as the importer gives it.
-- column target text  The file that is imported.
-- column is_test bool  The file that imports is of role `test`.
SELECT i.src_filename AS path, i.line_number AS line, i.include_path AS module, i.dst_filename AS target, coalesce(f.role = 'test', false) AS is_test
FROM include AS i LEFT JOIN file AS f ON f.name = i.src_filename
WHERE i.dst_filename = $path
ORDER BY is_test, path, line, module
