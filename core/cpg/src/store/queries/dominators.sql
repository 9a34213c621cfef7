-- dominators
-- What every way from the beginning of a method to its nodes goes through: immediate dominators in its control flow.
-- param method id  The method.
-- column id id  The node.
-- column dominator id  The node that control has been at last whenever it gets there.
-- column line int  Line of the node.
SELECT id, id - idom_distance AS dominator, line_number AS line
FROM node
WHERE id BETWEEN $method AND (($method >> 32) << 32) + 4294967295 AND id - method_distance = $method AND idom_distance IS NOT NULL
ORDER BY id
