-- unresolved_calls
-- Calls of a name that no target was found for, a row a call.
-- param name text  Short name of what is called.
-- column call_id id  The call.
-- column caller_id id  The method that makes it.
-- column caller_full_name text  Its full name.
-- column path text  Path of the file.
-- column line int  Line of the call.
-- column code text  Source text of the call, at most 200 bytes.
SELECT n.id AS call_id, m.id AS caller_id, m.full_name AS caller_full_name, n.filename AS path, n.line_number AS line, coalesce(n.code, n.name) AS code
FROM node AS n LEFT JOIN method AS m ON m.id = n.id - n.method_distance
WHERE n.kind = {CALL} AND n.name = $name AND n.id NOT IN (SELECT src FROM call_edge)
ORDER BY n.id
