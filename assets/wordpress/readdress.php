<?php
// Has the database of a WordPress site say another domain: php -- OLD NEW, with the database's variables of the image.
// Every address of the old domain in every text of every table is changed, all of them in one transaction; what is stored
// as PHP's own serialisation keeps its lengths right. What only looks like an address, mail for one, stays; so do the guids
// of posts, which are names and never change. Doing it twice changes nothing more.
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
ini_set('memory_limit', '-1');
ini_set('pcre.backtrack_limit', '100000000');
[, $old, $new] = $argv;
$address = '~((?:(?:\\\\?/){2}|%2F%2F))' . preg_quote($old, '~') . '(?![A-Za-z0-9-]|\.[A-Za-z0-9])~i';

/** One value of PHP's serialisation, from an offset on, with the texts in it readdressed; null where there is none. */
function value(string $text, int &$at): ?string
{
    if (preg_match('~\G(?:N;|[bidrR]:[^;]*;|E:\d+:"[^"]*";)~', $text, $found, 0, $at)) {
        $at += strlen($found[0]);
        return $found[0];
    }
    if (preg_match('~\Gs:(\d+):"~', $text, $found, 0, $at)) {
        $start = $at + strlen($found[0]);
        $length = (int) $found[1];
        if (substr($text, $start + $length, 2) !== '";') {
            return null;
        }
        $at = $start + $length + 2;
        $inner = readdressed(substr($text, $start, $length));
        return 's:' . strlen($inner) . ':"' . $inner . '";';
    }
    if (preg_match('~\G(?:a|O:\d+:"[^"]*"):(\d+):\{~', $text, $found, 0, $at)) {
        $at += strlen($found[0]);
        $all = $found[0];
        for ($count = 2 * (int) $found[1]; $count > 0; $count--) {
            $one = value($text, $at);
            if ($one === null) {
                return null;
            }
            $all .= $one;
        }
        return ($text[$at++] ?? '') === '}' ? $all . '}' : null;
    }
    return null;
}

/** A text with the addresses in it changed. */
function readdressed(string $text): string
{
    global $address, $new, $old;
    if (stripos($text, $old) === false) {
        return $text;
    }
    if (preg_match('~^(?:[asC]|O:\d+:"[^"]*"):\d+:~', $text)) {
        $at = 0;
        $whole = value($text, $at);
        // What is serialised and not understood is left as it is: lengths that are wrong would lose all of it.
        return $whole !== null && $at === strlen($text) ? $whole : $text;
    }
    return preg_replace($address, '${1}' . $new, $text) ?? $text;
}

$host = getenv('WORDPRESS_DB_HOST');
$database = new mysqli($host, getenv('WORDPRESS_DB_USER'), getenv('WORDPRESS_DB_PASSWORD'), getenv('WORDPRESS_DB_NAME'));
$database->set_charset('utf8mb4');
// One that an earlier attempt has left running comes to its end first.
$database->query("SELECT GET_LOCK('wheelhouse_readdress', 300)");
$database->begin_transaction();
$changed = 0;
$texts = ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'json'];
$columns = $database->query(
    'SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_KEY FROM information_schema.COLUMNS c'
    . ' JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)'
    . " WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE'"
);
$tables = [];
foreach ($columns as $column) {
    $tables[$column['TABLE_NAME']][$column['COLUMN_KEY'] === 'PRI' ? 'keys' : 'rest'][] = $column;
}
$quoted = fn (string $name): string => '`' . str_replace('`', '``', $name) . '`';
foreach ($tables as $table => $columns) {
    $keys = array_map(fn (array $column): string => $quoted($column['COLUMN_NAME']), $columns['keys'] ?? []);
    if ($keys === []) {
        continue;
    }
    $which = implode(' AND ', array_map(fn (string $key): string => "$key = ?", $keys));
    foreach ($columns['rest'] ?? [] as $column) {
        if (!in_array($column['DATA_TYPE'], $texts, true) || $column['COLUMN_NAME'] === 'guid') {
            continue;
        }
        [$in, $name] = [$quoted($table), $quoted($column['COLUMN_NAME'])];
        $like = $database->real_escape_string(addcslashes($old, '%_\\'));
        $rows = $database->query('SELECT ' . implode(', ', $keys) . " FROM $in WHERE $name LIKE '%$like%'");
        foreach ($rows->fetch_all(MYSQLI_NUM) as $row) {
            // Locked until the end, so that nothing that is written meanwhile is lost.
            $text = $database->execute_query("SELECT $name FROM $in WHERE $which FOR UPDATE", $row)->fetch_row()[0] ?? '';
            $then = readdressed($text);
            if ($then !== $text) {
                $database->execute_query("UPDATE $in SET $name = ? WHERE $which", [$then, ...$row]);
                $changed++;
            }
        }
    }
}
$database->commit();
echo $changed, "\n";
