-- type_bases
-- Direct bases of a type: those linked, and those known by name only.
-- param type id  The type.
-- column id id  The base; null where only its name is known.
-- column name text  Short name.
-- column full_name text  Full name, or as written.
-- column path text  Path of its file.
-- column line int  First line.
-- column line_end int  Last line.
-- column is_external bool  Defined outside of the tree.
-- column is_test bool  Stands in a file of role `test`.
WITH linked AS (
  SELECT t.id, t.name, t.full_name, t.filename, t.line_number, t.line_number_end, t.is_external, t.is_test
  FROM (SELECT dst FROM link WHERE kind = {edge.inherits_from} AND src = $type UNION SELECT src + distance FROM edge WHERE kind = {edge.inherits_from} AND src = $type) AS l
  JOIN type_decl AS t ON t.id = l.dst
), written AS (
  SELECT unnest(inherits_from_type_full_name) AS full_name FROM type_decl WHERE id = $type
)
SELECT id, name, full_name, filename AS path, line_number AS line, line_number_end AS line_end, is_external, is_test FROM linked
UNION ALL
SELECT NULL, regexp_extract(full_name, '[^.:/]*$'), full_name, NULL, NULL, NULL, true, false FROM written AS w
WHERE NOT EXISTS (SELECT 1 FROM linked AS l WHERE l.full_name = w.full_name OR l.name = regexp_extract(w.full_name, '[^.:/]*$'))
ORDER BY id NULLS LAST, full_name
