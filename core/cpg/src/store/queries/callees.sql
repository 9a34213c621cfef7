-- callees
-- Calls that a method makes and what they run, a row a call and target.
-- param method id  The method.
-- column id id  Node of what is called.
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
-- column call_id id  The call.
-- column call_path text  Path of the call's file.
-- column call_line int  Line of the call.
-- column call_code text  Source text of the call, at most 200 bytes.
-- column resolution text  How the target was found: `exact`, `import`, `type`, `hierarchy`, `type_hint`, `name_only`.
-- column confidence real  Precision of that way, from 0 to 1.
SELECT dst AS id, callee_kind AS kind, callee_name AS name, callee_full_name AS full_name, callee_signature AS signature, callee_filename AS path,
       callee_line_number AS line, callee_line_number_end AS line_end, callee_filename IS NULL AS is_external,
       coalesce(callee_file_role = 'test', false) AS is_test, callee_file_role AS role,
       src AS call_id, filename AS call_path, line_number AS call_line, code AS call_code, resolution, confidence
FROM call_edge
WHERE src BETWEEN $method AND $method + 4294967295 AND src - caller_distance = $method
ORDER BY src, confidence DESC, dst
