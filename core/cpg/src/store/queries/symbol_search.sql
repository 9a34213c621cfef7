-- symbol_search
-- Symbols whose names resemble a text, the nearest first: the same, beginnings, parts, then by edit distance.
-- param text text  What to look for.
-- param most int?  Number of rows; 20 where nothing is said.
-- column id id  Its node.
-- column kind text  `METHOD`, `TYPE_DECL`, `MEMBER`, `LOCAL` (a variable of a module), `NAMESPACE_BLOCK` (a module).
-- column name text  Short name.
-- column full_name text  Full name.
-- column signature text  Signature of a method.
-- column path text  Path of its file; null where it is defined elsewhere.
-- column line int  First line.
-- column line_end int  Last line.
-- column is_external bool  Defined outside of the tree.
-- column is_test bool  Stands in a file of role `test`.
-- column role text  What its file is for.
-- column language text  Language of its file.
-- column score real  From 0 to 1: 1 for the same name.
WITH scored AS (
  SELECT *, CASE
      WHEN name_key = lower($text) THEN 1.0
      WHEN lower(full_name) = lower($text) THEN 0.99
      WHEN starts_with(name_key, lower($text)) THEN 0.95 - 0.05 * (1 - length($text) / length(name_key))
      WHEN contains(name_key, lower($text)) THEN 0.9 - 0.05 * (1 - length($text) / length(name_key))
      WHEN contains($text, '.') AND contains(lower(full_name), lower($text)) THEN 0.85
      WHEN abs(length(name_key) - length($text)) <= 8 THEN 0.8 * jaro_winkler_similarity(name_key, lower($text))
      ELSE 0 END AS score
  FROM symbol
  WHERE $text <> ''
)
SELECT id, kind, name, full_name, signature, filename AS path, line_number AS line, line_number_end AS line_end, is_external, coalesce(file_role = 'test', false) AS is_test, file_role AS role, language, score
FROM scored
WHERE score >= 0.6
QUALIFY row_number() OVER (ORDER BY score DESC, is_external, is_test, length(name), full_name, id) <= coalesce($most, 20)
ORDER BY score DESC, is_external, is_test, length(name), full_name, id
