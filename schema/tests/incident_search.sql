-- Searching incidents: words, parts of texts without spaces between words, and ids of what the incidents are about.
\ir support/fixture.sql

select no_plan();

-- --- which texts a query finds -----------------------------------------------------------------------------------------
create function pg_temp.finds(query text, title text, short_id text default 'PAY-1', source_id text default '4509877862268928') returns boolean
    language sql as $$ select tocsin.search_words(title, 'shop.cart in charge', short_id, 'payments', source_id) @@ tocsin.search_query(query) $$;

select is(pg_temp.finds(query, 'Payment gateway does not answer'), expected, format('%L %s', query, case when expected then 'matches' else 'does not match' end))
  from (values ('paym', true), ('paym ANSW', true), ('ayment', false), ('cart', true), ('charge', true), ('payments', true), ('ＰＡＹｍｅｎｔ', true),
               ('PAY-1', true), ('pay', true), ('PAY-2', false), ('---', false), ('', false), ('– gateway', true), ('"gateway" | !answer:*', true),
               ('4509877862268928', true), ('450987786226892', false), ('4509877862268928 gateway', true), ('4509877862268928 basket', false),
               ('ª4509877862268928', false)) q (query, expected);

-- Each script without spaces between words; the parts are at the beginning, in the middle, and at the end.
select is(pg_temp.finds(query, title), expected, format('%L in %L', query, title))
  from (values ('支払', '支払いサービスに接続できません', true), ('サービス', '支払いサービスに接続できません', true), ('接続', '支払いサービスに接続できません', true),
               ('できません', '支払いサービスに接続できません', true), ('ん', '支払いサービスに接続できません', true), ('続', '支払いサービスに接続できません', true),
               ('続接', '支払いサービスに接続できません', false), ('決済', '支払いサービスに接続できません', false), ('ｻｰﾋﾞｽ', '支払いサービスに接続できません', true),
               ('支払い 接続', '支払いサービスに接続できません', true), ('支払い 決済', '支払いサービスに接続できません', false),
               ('超时', '错误：数据库连接超时', true), ('数据库', '错误：数据库连接超时', true), ('连接', '错误：数据库连接超时', true), ('时超', '错误：数据库连接超时', false),
               ('gateway', '支払いgateway失敗', true), ('失敗', '支払いgateway失敗', true), ('払いgate', '支払いgateway失敗', true),
               ('오류', '결제오류가 발생', true), ('ชำระเงิน', 'การชำระเงินล้มเหลว', true), ('𠮷野', '𠮷野家の注文', true),
               ('4509877862268928', '错误', true)) q (query, title, expected);

-- --- the search of an organization ---------------------------------------------------------------------------------------
insert into tocsin.incidents (organization_id, number, service_id, source_kind, source_id, short_id, title, status, severity, opened_at,
                              last_seen_at, resolved_at, resolution, integration_id)
    select pg_temp.id(org), 1000 + n, pg_temp.id(org || ' service'), 'issue', (450000 + n)::text, 'PAY-' || n,
           '支払いエラー ' || n, case when n % 2 = 0 then 'open' else 'resolved' end, 'error', now(), now(),
           case when n % 2 = 0 then null else now() end, case when n % 2 = 0 then null else 'person' end, pg_temp.id(org || ' integration')
      from unnest(array['acme', 'globex']) org, generate_series(1, 2500) n;

create function pg_temp.search(words text, source text default null, below bigint default null, states text default '{}') returns text
    language sql as $$ select pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, format(
        $q$ select string_agg(number::text, ',' order by number desc) from tocsin.search_incidents(
                tocsin.search_query(%L), %L, %L, 2, %L, '{}', '{}', null, null, false, null, null) number $q$, words, source, below, states)) $$;
select is(pg_temp.search('エラー'), '3500,3499', 'the newest incidents come first');
select is(pg_temp.search('エラー', null, 3499), '3498,3497', 'the next page continues after them');
select is(pg_temp.search('エラー 7', null, 2501), '1799,1798', 'and goes beyond the newest thousand');
select is(pg_temp.search('450007'), '1007', 'the id of an issue finds its incident');
select is(pg_temp.search('PAY-7', 'PAY-7'), '1007', 'a short id from a link finds no other that begins with it');
select is(pg_temp.search('pay-7', 'pay-7'), '1007', 'in upper or lower case');
select is(pg_temp.search('450007', '450007', null, '{open}'), null, 'filters apply to ids, too');
select is(pg_temp.search('450007', '450007', null, '{resolved}'), '1007', 'and let them through');
select is(pg_temp.search('450007', '450008'), null, 'an id and other words find nothing');
select is(pg_temp.search('エラーア'), null, 'what does not occur is not found');

-- A process of the previous release passes a query instead of what a person typed.
create function pg_temp.search_as_before(words text) returns text
    language sql as $$ select pg_temp.as_role('tocsin_gateway', pg_temp.id('acme')::text, format(
        $q$ select number from tocsin.search_incidents(%L, null, 1, '{}', '{}', '{}', null, null, false, null, null) number $q$, words)) $$;
select is(pg_temp.search_as_before($$'pay':* & '7':*$$), '1799', 'the previous release searches for words');
select is(pg_temp.search_as_before($$'支払いエラー　7':*$$), '1799', 'and for the beginnings of texts');
select is(pg_temp.search_as_before($$'none':*$$), null, 'and finds nothing else');

select is(pg_temp.as_role('tocsin_ingest', pg_temp.id('acme')::text, $$ select tocsin.search_query('x')::text $$), '42501', 'ingest does not search');

select * from finish();
rollback;
