-- file_outline
-- What a file defines, in the order of the source: types, methods, variables of the module; the inner ones too.
-- param path text  Path of the file.
-- column id id  The definition.
-- column kind text  `METHOD`, `TYPE_DECL`, `LOCAL`, `MEMBER`.
-- column name text  Short name.
-- column full_name text  Full name.
-- column signature text  Signature of a method.
-- column path text  Path of the file.
-- column line int  First line.
-- column line_end int  Last line.
-- column parent_full_name text  Full name of what it is defined in.
-- column parent_kind text  Node type of what it is defined in.
-- column docstring text  First line of its docstring.
-- column is_test bool  The file is of role `test`.
WITH d AS (
  SELECT id, ast_parent_full_name, ast_parent_type, docstring FROM method WHERE filename = $path
  UNION ALL
  SELECT id, ast_parent_full_name, ast_parent_type, docstring FROM type_decl WHERE filename = $path
)
SELECT s.id, s.kind, s.name, s.full_name, s.signature, s.filename AS path, s.line_number AS line, s.line_number_end AS line_end,
       d.ast_parent_full_name AS parent_full_name, d.ast_parent_type AS parent_kind, split_part(d.docstring, chr(10), 1) AS docstring,
       coalesce(s.file_role = 'test', false) AS is_test
FROM symbol AS s LEFT JOIN d ON d.id = s.id
WHERE s.filename = $path AND s.kind <> 'NAMESPACE_BLOCK'
ORDER BY s.id
