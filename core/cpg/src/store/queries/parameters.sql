-- parameters
-- Parameters of a method, in order.
-- param method id  The method.
-- column id id  The parameter.
-- column position int  Position, from 1.
-- column name text  Name.
-- column declared_type text  Declared type.
-- column default_value text  Source of the default value.
-- column is_variadic bool  Takes the rest of the positional arguments.
-- column is_keyword_variadic bool  Takes the rest of the keyword arguments.
-- column is_keyword_only bool  Given by name only.
-- column is_positional_only bool  Given by position only.
-- column code text  Its source text.
-- column line int  Its line.
WITH p AS (SELECT * FROM node WHERE kind = {METHOD_PARAMETER_IN} AND id - parent_distance = $method AND id BETWEEN $method AND $method + 4294967295),
     d AS (SELECT id - parent_distance AS parent_id, coalesce(code, name) AS code FROM node WHERE role = {role.default_value} AND id BETWEEN $method AND $method + 4294967295)
SELECT p.id, row_number() OVER (ORDER BY p.order_index) AS position, p.name, p.type_full_name AS declared_type, d.code AS default_value,
       p.properties & {property.variadic} <> 0 AS is_variadic, p.properties & {property.keyword_variadic} <> 0 AS is_keyword_variadic, p.properties & {property.keyword_only} <> 0 AS is_keyword_only,
       p.properties & {property.positional_only} <> 0 AS is_positional_only, coalesce(p.code, p.name) AS code, p.line_number AS line
FROM p LEFT JOIN d ON d.parent_id = p.id
ORDER BY p.order_index, p.id
