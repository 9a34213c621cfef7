-- folder_readme
-- The README of a folder: README before other documents of that name with endings.
-- param path text  Path of the folder; empty for the root.
-- column path text  Path of the document.
-- column content text  Its text, at most 256 KiB.
SELECT filename AS path, content
FROM document
WHERE folder = trim($path, '/') AND regexp_matches(lower(filename), '(^|/)readme[^/]*$')
ORDER BY length(filename), filename
