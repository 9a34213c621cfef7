-- type_subtypes
-- Types that have a type as a direct base.
-- param type id  The base.
-- column id id  The type.
-- column name text  Short name.
-- column full_name text  Full name.
-- column path text  Path of its file.
-- column line int  First line.
-- column line_end int  Last line.
-- column is_external bool  Defined outside of the tree.
-- column is_test bool  Stands in a file of role `test`.
SELECT t.id, t.name, t.full_name, t.filename AS path, t.line_number AS line, t.line_number_end AS line_end, t.is_external, t.is_test
FROM (SELECT src FROM link WHERE kind = {edge.inherits_from} AND dst = $type UNION SELECT src FROM edge WHERE kind = {edge.inherits_from} AND src + distance = $type) AS l
JOIN type_decl AS t ON t.id = l.src
ORDER BY t.is_test, t.id
