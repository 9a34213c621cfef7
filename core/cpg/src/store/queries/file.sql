-- file
-- Files of a path, of the end of a path, or of a module name: the whole before the end.
-- param path text  Path, its end (`app.py`, `flask/app.py`) or module (`flask.app`).
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
-- column docstring text  Its docstring, or the first paragraph of a document.
SELECT id, name AS path, language, role, module, line_count AS lines, code_line_count AS code_lines, method_count AS methods, type_count AS types, size, is_lowered, docstring
FROM file
WHERE $path <> '' AND (name = $path OR module = $path OR ends_with(lower(name), '/' || lower(ltrim($path, './'))) OR lower(name) = lower(ltrim($path, './')))
ORDER BY name <> $path, role IN ('test', 'vendored', 'generated'), length(name), name
