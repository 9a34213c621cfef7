-- type
-- All there is on types.
-- param ids ids  Types.
-- column id id  Its node.
-- column kind text  `METHOD` or `TYPE_DECL`.
-- column name text  Short name.
-- column full_name text  Full name.
-- column signature text  Signature of a method.
-- column path text  Path of its file; null where it is defined elsewhere.
-- column line int  First line.
-- column line_end int  Last line.
-- column is_external bool  Defined outside of the tree.
-- column is_test bool  Stands in a file of role `test`.
-- column role text  What its file is for.
-- column code text  Start of its source text.
-- column docstring text  Its docstring.
-- column bases text  Its bases as written or by full name, separated by commas.
-- column alias_of text  The type that it is another name of.
-- column modifiers text  Modifiers, separated by spaces.
-- column properties text  Properties, separated by spaces.
-- column decorators text  Decorators as written, one a line.
-- column parent_kind text  Node type of what it is defined in.
-- column parent_full_name text  Full name of what it is defined in.
-- column lines int  Lines.
-- column language text  Language of its file.
SELECT t.id, 'TYPE_DECL' AS kind, t.name, t.full_name, CAST(NULL AS VARCHAR) AS signature, t.filename AS path, t.line_number AS line,
       t.line_number_end AS line_end, t.is_external, t.is_test, f.role, t.code, t.docstring,
       array_to_string(t.inherits_from_type_full_name, ', ') AS bases, t.alias_type_full_name AS alias_of,
       array_to_string(t.modifier, ' ') AS modifiers, array_to_string(t.flags, ' ') AS properties,
       array_to_string(t.decorators, chr(10)) AS decorators, t.ast_parent_type AS parent_kind, t.ast_parent_full_name AS parent_full_name,
       t.line_count AS lines, f.language
FROM type_decl AS t LEFT JOIN file AS f ON f.id = (t.id >> 32) << 32
WHERE t.id BETWEEN list_min($ids) AND list_max($ids) AND list_contains($ids, t.id)
ORDER BY t.id
