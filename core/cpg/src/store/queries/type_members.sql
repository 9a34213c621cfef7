-- type_members
-- What a type has: methods, fields, inner types, in the order of the source.
-- param type id  The type.
-- column id id  The member.
-- column kind text  `METHOD`, `MEMBER` or `TYPE_DECL`.
-- column name text  Short name.
-- column full_name text  Full name.
-- column signature text  Signature of a method.
-- column path text  Path of the file.
-- column line int  First line.
-- column line_end int  Last line.
-- column declared_type text  Declared type of a field, or of a method's result.
-- column properties text  Properties of a method, separated by spaces.
-- column docstring text  First line of its docstring.
-- column is_test bool  Stands in a file of role `test`.
WITH c AS (
  SELECT id, kind, name, full_name, type_full_name, filename, line_number, line_number + line_distance AS line_number_end, properties FROM node
  WHERE id - parent_distance = $type AND kind IN ({METHOD}, {TYPE_DECL}, {MEMBER}) AND id BETWEEN $type AND $type + 4294967295 AND properties & {property.implicit} = 0
), m AS (
  SELECT id, full_name, signature, return_type, flags, docstring, is_test FROM method WHERE id BETWEEN $type AND $type + 4294967295 AND parent_id = $type
), t AS (
  SELECT id, full_name, docstring, is_test FROM type_decl WHERE id BETWEEN $type AND $type + 4294967295 AND parent_id = $type
), standing AS (
  SELECT r.src FROM edge AS r JOIN c AS d ON d.id = r.src + r.distance
  WHERE r.kind = {edge.ref} AND d.kind <> {MEMBER} AND r.src BETWEEN $type AND $type + 4294967295
)
SELECT c.id, CASE c.kind WHEN {METHOD} THEN 'METHOD' WHEN {TYPE_DECL} THEN 'TYPE_DECL' ELSE 'MEMBER' END AS kind, c.name,
       coalesce(m.full_name, t.full_name, concat(c.full_name, '.', c.name)) AS full_name, m.signature, c.filename AS path,
       c.line_number AS line, c.line_number_end AS line_end, coalesce(m.return_type, c.type_full_name) AS declared_type,
       array_to_string(m.flags, ' ') AS properties, split_part(coalesce(m.docstring, t.docstring), chr(10), 1) AS docstring,
       coalesce(m.is_test, t.is_test, false) AS is_test
FROM c LEFT JOIN m ON m.id = c.id LEFT JOIN t ON t.id = c.id
WHERE c.kind <> {MEMBER} OR c.id NOT IN (SELECT src FROM standing)
ORDER BY c.line_number, c.id
