-- folders
-- Folders of a path or of the end of a path, with what is below them.
-- param path text  Path or end of a path; empty for all.
-- column path text  Path of the folder.
-- column files int  Files below it.
-- column lines int  Lines of lowered files below it.
-- column methods int  Methods below it.
-- column types int  Types below it.
WITH direct AS (
  SELECT folder, count(*) AS files, sum(CASE WHEN is_lowered THEN line_count ELSE 0 END) AS lines, sum(coalesce(method_count, 0)) AS methods,
         sum(coalesce(type_count, 0)) AS types
  FROM file WHERE folder <> '' GROUP BY folder
), parts AS (
  SELECT *, string_split(folder, '/') AS p FROM direct
), up AS (
  SELECT array_to_string(p[1:i], '/') AS path, files, lines, methods, types FROM parts, unnest(range(1, len(p) + 1)) AS t(i)
)
SELECT path, sum(files)::BIGINT AS files, sum(lines)::BIGINT AS lines, sum(methods)::BIGINT AS methods, sum(types)::BIGINT AS types
FROM up
WHERE trim($path, '/') = '' OR lower(path) = lower(trim($path, '/')) OR ends_with(lower(path), '/' || lower(trim($path, '/')))
GROUP BY path
ORDER BY path <> trim($path, '/'), length(path), path
