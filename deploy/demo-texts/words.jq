# Numbers, money and texts of one language ($t: its file). Numbers come as JSON numbers or, 64 bits wide, as strings.
def number: (. // "0") | tonumber;
def grouped($mark; $lakh):
  if length <= 3 then .
  else .[-3:] as $tail | .[:-3] as $head
    | (if $lakh then ($head | [while(length > 0; .[:-2]) | .[-2:]] | reverse | join($mark))
       else ($head | grouped($mark; false)) end) + $mark + $tail
  end;
def count($t): number | tostring | grouped($t.thousands; $t.lakh);
def money($t; $currency):
  number | (. / 100 | floor | tostring | grouped($t.thousands; $t.lakh)) + $t.decimal + ((. % 100 + 100 | tostring)[1:])
    + " " + $currency;
def seconds($t): tostring | sub("\\."; $t.decimal);
def fill($t; $key; $values):
  reduce ($values | to_entries[]) as $one ($t[$key] // $key; gsub("\\{" + $one.key + "\\}"; $one.value | tostring));
