-- symbol_lookup
-- Symbols of a short name, a full name, or the end of one (`Flask.route`): the same letters before other cases, code before tests. What is only declared where something else defines it is left out.
-- param name text  The name.
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
WHERE name_key = lower(regexp_extract($name, '([^.:/#\\]*?)(\$[0-9]+)?[.:/#\\]*$', 1)) AND NOT is_redundant
  AND (lower(full_name) = lower($name) OR lower(name) = lower($name)
       OR (length($name) > length(name) AND right(lower(full_name), length($name) + 1) IN ('.' || lower($name), ':' || lower($name), '/' || lower($name))))
ORDER BY full_name <> $name, name <> $name AND NOT ends_with(full_name, $name), is_external, is_test, role IN ('vendored', 'generated'), full_name, id
