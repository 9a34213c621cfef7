-- declared_elsewhere
-- Methods that another file declares for those who take it in: what is offered to other parts of a program, and to other programs.
-- column id id  The method where it is defined.
-- column name text  Short name.
-- column full_name text  Full name.
-- column signature text  Signature.
-- column path text  Path of its file.
-- column line int  First line.
-- column is_test bool  Stands in a file of role `test`.
-- column declared_path text  Path of the file that declares it, the first of several.
-- column declared_line int  Line of that declaration.
-- column users int  Files that take that file in.
WITH taken AS (SELECT dst_filename AS path, count(DISTINCT src_filename) AS users FROM include GROUP BY ALL),
     declaration AS (
  SELECT full_name, min_by(filename, id) AS path, min_by(line_number, id) AS line, min_by(taken.users, id) AS users
  FROM symbol JOIN taken ON taken.path = filename WHERE kind = 'METHOD' AND is_declaration GROUP BY full_name
)
SELECT s.id, s.name, s.full_name, s.signature, s.filename AS path, s.line_number AS line, coalesce(s.file_role = 'test', false) AS is_test,
       d.path AS declared_path, d.line AS declared_line, d.users
FROM symbol AS s JOIN declaration AS d ON d.full_name = s.full_name
WHERE s.kind = 'METHOD' AND NOT s.is_declaration AND NOT s.is_external AND s.filename <> d.path
ORDER BY is_test, d.users DESC, s.filename, s.line_number, s.id
