-- references
-- Places that mean a declaration: uses of the name in its file, imports of it in others, and calls.
-- param declaration id  A method, type, member, local or parameter.
-- column id id  The use.
-- column kind text  `IDENTIFIER`, `IMPORT`, `CALL` or `OTHER`
-- column path text  Path of the file.
-- column line int  Line of the use.
-- column code text  Source text of the use, or of the statement around it.
-- column method_id id  The method around it.
-- column method_full_name text  Its full name.
-- column is_test bool  Stands in a file of role `test`.
-- column role text  What its file is for.
WITH here AS (
  SELECT src, src + distance AS dst FROM edge
  WHERE kind = {edge.ref} AND src BETWEEN ($declaration >> 32) << 32 AND (($declaration >> 32) << 32) + 4294967295
), local_nodes AS (
  SELECT id, kind, filename, line_number, coalesce(code, name) AS code, id - parent_distance AS parent_id, id - method_distance AS method_id FROM node
  WHERE id BETWEEN ($declaration >> 32) << 32 AND (($declaration >> 32) << 32) + 4294967295
), names AS (
  SELECT $declaration AS id
  UNION ALL
  SELECT h.src FROM here AS h JOIN local_nodes AS n ON n.id = h.src WHERE h.dst = $declaration AND n.kind IN ({MEMBER}, {LOCAL})
), calls AS (
  SELECT src AS id, {CALL} AS kind, filename, line_number, code, src - caller_distance AS method_id, caller_full_name FROM call_edge WHERE dst = $declaration
), uses AS (
  SELECT n.id, n.kind, n.filename, n.line_number, n.code, n.method_id FROM here AS h JOIN names ON names.id = h.dst JOIN local_nodes AS n ON n.id = h.src
  WHERE h.src NOT IN (SELECT id FROM names) AND n.parent_id NOT IN (SELECT id FROM calls)
), imports AS (
  SELECT l.src FROM link AS l JOIN names ON names.id = l.dst WHERE l.kind IN ({edge.ref}, {edge.imports})
), places AS (
  SELECT id, kind, filename, line_number, code, method_id FROM uses
  UNION
  SELECT n.id, n.kind, n.filename, n.line_number, coalesce(n.code, n.name), n.id - n.method_distance FROM imports AS i JOIN node AS n ON n.id = i.src WHERE n.kind <> {FILE}
  UNION
  SELECT id, kind, filename, line_number, code, method_id FROM calls
)
SELECT p.id, CASE p.kind WHEN {IDENTIFIER} THEN 'IDENTIFIER' WHEN {IMPORT} THEN 'IMPORT' WHEN {CALL} THEN 'CALL' ELSE 'OTHER' END AS kind, p.filename AS path,
       p.line_number AS line, p.code, p.method_id, m.full_name AS method_full_name, coalesce(f.role = 'test', false) AS is_test, f.role
FROM places AS p LEFT JOIN (SELECT id, full_name FROM method WHERE id IN (SELECT method_id FROM places)) AS m ON m.id = p.method_id
     LEFT JOIN file AS f ON f.id = (p.id >> 32) << 32
ORDER BY is_test, p.id
