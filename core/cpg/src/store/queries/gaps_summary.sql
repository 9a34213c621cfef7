-- gaps_summary
-- What was not analysed, by reason.
-- column reason text  Short constant.
-- column gaps int  Rows of `analysis_gaps`.
-- column files int  Files that they are in.
-- column example text  Path of the first of these.
SELECT reason, count(*) AS gaps, count(DISTINCT filename) AS files, min(filename) AS example
FROM analysis_gaps
GROUP BY reason
ORDER BY gaps DESC, reason
