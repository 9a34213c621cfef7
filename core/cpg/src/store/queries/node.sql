-- node
-- Nodes of any kind, with their places.
-- param ids ids  Nodes.
-- column id id  The node.
-- column kind text  Node type, by the CPG specification.
-- column name text  Name.
-- column full_name text  Full name, where the kind has one.
-- column path text  Path of the file.
-- column line int  First line.
-- column line_end int  Last line.
-- column code text  Source text, at most 200 bytes.
-- column method_id id  The method around it.
WITH wanted AS (SELECT DISTINCT unnest($ids) AS id),
     n AS (SELECT * FROM node WHERE id IN (SELECT id FROM wanted)),
     d AS (
       SELECT id, full_name, code FROM method WHERE id IN (SELECT id FROM wanted)
       UNION ALL
       SELECT id, full_name, code FROM type_decl WHERE id IN (SELECT id FROM wanted)
     )
SELECT n.id, {NODE_TYPES}[n.kind + 1] AS kind, n.name, coalesce(d.full_name, n.full_name) AS full_name, n.filename AS path, n.line_number AS line,
       n.line_number + n.line_distance AS line_end, coalesce(n.code, d.code, n.name) AS code, n.id - n.method_distance AS method_id
FROM n LEFT JOIN d ON d.id = n.id
ORDER BY n.id
