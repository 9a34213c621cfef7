-- entry_candidates
-- Where a program may start: methods named `main`, decorated ones, and module-level functions that nothing in the tree calls.
-- column id id  The method.
-- column name text  Short name.
-- column full_name text  Full name.
-- column signature text  Signature.
-- column path text  Path of its file.
-- column line int  First line.
-- column line_end int  Last line.
-- column is_test bool  Stands in a file of role `test`.
-- column reason text  `main`, `decorated` or `not_called`.
-- column calls int  Calls that it makes.
WITH called AS (SELECT DISTINCT dst FROM call_edge),
     calling AS (SELECT src - caller_distance AS caller_id, count(*) AS calls FROM call_edge GROUP BY ALL)
SELECT m.id, m.name, m.full_name, m.signature, m.filename AS path, m.line_number AS line, m.line_number_end AS line_end, m.is_test,
       CASE WHEN lower(m.name) IN ('main', '__main__') THEN 'main' WHEN len(m.decorators) > 0 THEN 'decorated' ELSE 'not_called' END AS reason,
       coalesce(c.calls, 0) AS calls
FROM method AS m LEFT JOIN calling AS c ON c.caller_id = m.id
WHERE NOT m.is_external AND NOT m.is_test AND NOT list_has_any(m.flags, ['implicit', 'module', 'lambda', 'declaration'])
  AND (lower(m.name) IN ('main', '__main__')
       OR (m.id NOT IN (SELECT dst FROM called) AND (len(m.decorators) > 0 OR NOT list_has_any(m.flags, ['instance_method', 'class_method', 'property']))
           AND m.ast_parent_type <> 'TYPE_DECL' AND m.method_id IN (SELECT id FROM method WHERE list_contains(flags, 'module'))))
ORDER BY reason = 'not_called', reason <> 'main', calls DESC, m.id
