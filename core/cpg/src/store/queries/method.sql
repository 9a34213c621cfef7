-- method
-- All there is on methods.
-- param ids ids  Methods.
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
-- column return_type text  Declared type of the result.
-- column modifiers text  Modifiers, separated by spaces.
-- column properties text  Properties (`async`, `generator`, `property` …), separated by spaces.
-- column decorators text  Decorators as written, one a line.
-- column parent_kind text  Node type of what it is defined in.
-- column parent_full_name text  Full name of what it is defined in.
-- column cyclomatic int  Cyclomatic complexity.
-- column cognitive int  Cognitive complexity.
-- column nesting int  Deepest nesting.
-- column parameter_count int  Parameters, the receiver not among them.
-- column lines int  Lines.
-- column statements int  Statements.
-- column language text  Language of its file.
SELECT m.id, 'METHOD' AS kind, m.name, m.full_name, m.signature, m.filename AS path, m.line_number AS line, m.line_number_end AS line_end,
       m.is_external, m.is_test, f.role, m.code, m.docstring, m.return_type, array_to_string(m.modifier, ' ') AS modifiers,
       array_to_string(m.flags, ' ') AS properties, array_to_string(m.decorators, chr(10)) AS decorators,
       m.ast_parent_type AS parent_kind, m.ast_parent_full_name AS parent_full_name, m.cyclomatic_complexity AS cyclomatic,
       m.cognitive_complexity AS cognitive, m.nesting_depth AS nesting, m.parameter_count, m.line_count AS lines,
       m.statement_count AS statements, f.language
FROM method AS m LEFT JOIN file AS f ON f.id = (m.id >> 32) << 32
WHERE m.id BETWEEN list_min($ids) AND list_max($ids) AND list_contains($ids, m.id)
ORDER BY m.id
