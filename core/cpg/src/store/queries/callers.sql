-- callers
-- Calls of methods and the methods that make them, a row a call; a type's callers are those that make instances where no constructor is found.
-- param ids ids  What is called.
-- column id id  Node of the caller.
-- column kind text  `METHOD`.
-- column name text  Short name.
-- column full_name text  Full name.
-- column signature text  Signature of a method.
-- column path text  Path of its file; null where it is defined elsewhere.
-- column line int  First line.
-- column line_end int  Last line.
-- column is_external bool  Defined outside of the tree.
-- column is_test bool  Stands in a file of role `test`.
-- column role text  What its file is for.
-- column call_id id  The call.
-- column call_path text  Path of the call's file.
-- column call_line int  Line of the call.
-- column call_code text  Source text of the call, at most 200 bytes.
-- column resolution text  How the target was found: `exact`, `import`, `type`, `hierarchy`, `type_hint`, `name_only`.
-- column confidence real  Precision of that way, from 0 to 1.
-- column target_id id  What is called, of those asked for.
SELECT src - caller_distance AS id, 'METHOD' AS kind, caller_name AS name, caller_full_name AS full_name, caller_signature AS signature, filename AS path,
       caller_line_number AS line, caller_line_number_end AS line_end, false AS is_external, coalesce(file_role = 'test', false) AS is_test,
       file_role AS role, src AS call_id, filename AS call_path, line_number AS call_line, code AS call_code, resolution, confidence, dst AS target_id
FROM call_edge
WHERE dst BETWEEN list_min($ids) AND list_max($ids) AND list_contains($ids, dst)
ORDER BY is_test, src, dst
