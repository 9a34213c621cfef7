-- folder
-- Files below a folder, all the way down.
-- param path text  Path of the folder; empty for the root.
-- column id id  The file.
-- column path text  Its path.
-- column language text  Language identifier.
-- column role text  `source`, `test`, `vendored`, `generated`, `documentation`, `configuration`, `other`.
-- column module text  Module name.
-- column lines int  Lines.
-- column code_lines int  Lines that are not blank.
-- column methods int  Methods that it defines.
-- column types int  Types that it defines.
-- column size int  Bytes.
-- column is_lowered bool  Whether an importer lowered it.
-- column docstring text  First line of its docstring or document.
SELECT id, name AS path, language, role, module, line_count AS lines, code_line_count AS code_lines, method_count AS methods, type_count AS types, size, is_lowered, split_part(docstring, chr(10), 1) AS docstring
FROM file
WHERE rtrim($path, '/') = '' OR starts_with(name, rtrim($path, '/') || '/')
ORDER BY name
