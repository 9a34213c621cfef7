-- overrides
-- Methods that a method overrides, and those that override it.
-- param method id  The method.
-- column id id  The other method.
-- column direction text  `overrides` or `overridden_by`.
-- column name text  Short name.
-- column full_name text  Full name.
-- column path text  Path of its file.
-- column line int  First line.
-- column is_external bool  Defined outside of the tree.
SELECT m.id, l.direction, m.name, m.full_name, m.filename AS path, m.line_number AS line, m.is_external
FROM (SELECT dst AS other, 'overrides' AS direction FROM link WHERE kind = {edge.overrides} AND src = $method
      UNION SELECT src, 'overridden_by' FROM link WHERE kind = {edge.overrides} AND dst = $method) AS l
JOIN method AS m ON m.id = l.other
ORDER BY l.direction, m.id
