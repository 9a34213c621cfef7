-- module_map
-- Folders of code down to a depth, with what they hold; deeper files count for the folder at that depth.
-- param depth int?  Folders of a path that tell modules apart; 2 where nothing is said.
-- column module text  Path of the folder, or of the file where it stands above.
-- column role text  What most of its lines are for.
-- column files int  Lowered files.
-- column lines int  Their lines.
-- column methods int  Methods.
-- column types int  Types.
-- column docstring text  First line of what the folder's own file, or the one file, says of itself.
WITH f AS (
  SELECT *, CASE WHEN len(string_split(name, '/')) <= coalesce($depth, 2) THEN name
                 ELSE array_to_string(string_split(name, '/')[1:coalesce($depth, 2)], '/') END AS unit
  FROM file WHERE is_lowered
), units AS (
  SELECT unit AS module, arg_max(role, line_count) AS role, count(*) AS files, sum(line_count)::BIGINT AS lines, sum(method_count)::BIGINT AS methods,
         sum(type_count)::BIGINT AS types,
         split_part(coalesce(min(docstring) FILTER (folder = unit AND is_package), min(docstring) FILTER (name = unit)), chr(10), 1) AS docstring
  FROM f GROUP BY unit
)
SELECT module, role, files, lines, methods, types, docstring
FROM units
ORDER BY role <> 'source', lines DESC, module
