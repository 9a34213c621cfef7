-- docs_search
-- Documents and docstrings that hold a text, whatever the case.
-- param text text  The text.
-- column kind text  `document`, `METHOD`, `TYPE_DECL` or `FILE`.
-- column id id  The node.
-- column name text  Full name, or the path.
-- column path text  Path of the file.
-- column line int  Line: of the text in a document, else of the definition.
-- column excerpt text  The text with what stands around it.
WITH found AS (
  SELECT 'document' AS kind, file_id AS id, filename AS name, filename AS path, strpos(lower(content), lower($text)) AS place, content, CAST(NULL AS INTEGER) AS line
  FROM document WHERE contains(lower(content), lower($text))
  UNION ALL
  SELECT 'METHOD', id, full_name, filename, strpos(lower(docstring), lower($text)), docstring, line_number FROM method WHERE contains(lower(docstring), lower($text))
  UNION ALL
  SELECT 'TYPE_DECL', id, full_name, filename, strpos(lower(docstring), lower($text)), docstring, line_number FROM type_decl WHERE contains(lower(docstring), lower($text))
  UNION ALL
  SELECT 'FILE', id, name, name, strpos(lower(docstring), lower($text)), docstring, 1 FROM file WHERE is_lowered AND contains(lower(docstring), lower($text))
)
SELECT kind, id, name, path,
       coalesce(line, 1 + length(left(content, place)) - length(replace(left(content, place), chr(10), ''))) AS line,
       substr(content, greatest(1, place - 80), 240) AS excerpt
FROM found
WHERE $text <> ''
ORDER BY kind <> 'document', kind <> 'FILE', kind <> 'TYPE_DECL', path, id
