-- symbol
-- The symbols of nodes: methods, types, modules, members, variables of modules.
-- param ids ids  Nodes.
-- column id id  Its node.
-- column kind text  `METHOD`, `TYPE_DECL`, `MEMBER`, `LOCAL` (a variable of a module), `NAMESPACE_BLOCK` (a module).
-- column name text  Short name.
-- column full_name text  Full name.
-- column signature text  Signature of a method.
-- column path text  Path of its file; null where it is defined elsewhere.
-- column line int  First line.
-- column line_end int  Last line.
-- column is_external bool  Defined outside of the tree.
-- column is_test bool  Stands in a file of role `test`.
-- column role text  What its file is for.
-- column language text  Language of its file.
-- column code text  First line of its source text, at most 200 bytes.
SELECT id, kind, name, full_name, signature, filename AS path, line_number AS line, line_number_end AS line_end, is_external, coalesce(file_role = 'test', false) AS is_test, file_role AS role, language, code
FROM symbol
WHERE id BETWEEN list_min($ids) AND list_max($ids) AND list_contains($ids, id)
ORDER BY id
