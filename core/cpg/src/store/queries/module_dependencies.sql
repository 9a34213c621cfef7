-- module_dependencies
-- Which modules use which, by imports and calls; modules as in `module_map`. A depth of 0 gives files.
-- param depth int?  Folders of a path that tell modules apart; 2 where nothing is said.
-- column from_module text  The module that uses.
-- column to_module text  The module that is used.
-- column imports int  Pairs of files of which one imports the other.
-- column calls int  Calls from one to the other, those found by name only left out.
WITH unit AS (
  SELECT id, CASE WHEN coalesce($depth, 2) = 0 OR len(string_split(name, '/')) <= coalesce($depth, 2) THEN name
                  ELSE array_to_string(string_split(name, '/')[1:coalesce($depth, 2)], '/') END AS module, name
  FROM file
), pairs AS (
  SELECT s.id AS src, d.id AS dst, 1 AS imports, 0 AS calls
  FROM (SELECT DISTINCT src_filename, dst_filename FROM include) AS i JOIN unit AS s ON s.name = i.src_filename JOIN unit AS d ON d.name = i.dst_filename
  UNION ALL
  SELECT (src >> 32) << 32, (dst >> 32) << 32, 0, count(*) FROM call_edge WHERE resolution <> 'name_only' AND dst >> 32 <> 0 AND src >> 32 <> dst >> 32 GROUP BY 1, 2
)
SELECT s.module AS from_module, d.module AS to_module, sum(imports)::BIGINT AS imports, sum(calls)::BIGINT AS calls
FROM pairs AS p JOIN unit AS s ON s.id = p.src JOIN unit AS d ON d.id = p.dst
WHERE s.module <> d.module
GROUP BY ALL
ORDER BY sum(imports) + sum(calls) DESC, from_module, to_module
