-- gaps
-- What was not analysed below a path.
-- param path text?  Beginning of paths; all where nothing is said.
-- column path text  Path of the file.
-- column line int  First line; null for the whole file.
-- column line_end int  Last line.
-- column reason text  Short constant.
-- column detail text  A sentence.
SELECT filename AS path, line_number AS line, line_number_end AS line_end, reason, detail
FROM analysis_gaps
WHERE starts_with(filename, coalesce($path, ''))
ORDER BY filename, "offset", reason, detail
