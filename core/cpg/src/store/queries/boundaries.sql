-- boundaries
-- Constructs whose meaning only a run can tell, below a path.
-- param path text?  Beginning of paths; all where nothing is said.
-- column id id  The node.
-- column method_id id  The method around it.
-- column path text  Path of the file.
-- column line int  Its line.
-- column name text  Name of the call or construct.
-- column code text  Its source text, at most 200 bytes.
SELECT node_id AS id, method_id, filename AS path, line_number AS line, name, code
FROM dynamic_boundaries
WHERE starts_with(filename, coalesce($path, ''))
ORDER BY node_id
