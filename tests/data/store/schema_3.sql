BEGIN TRANSACTION;
CREATE TABLE access_checkpoint (
	seq BIGINT NOT NULL, 
	at TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
CREATE TABLE access_entry (
	seq BIGINT NOT NULL, 
	subject TEXT, 
	at TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	prev_hash TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "access_entry" VALUES(1,'a-2dfa2faf73346ce2','2026-11-26T13:51:14.225990Z','command','account_made','{"roles":["inspector"]}','0000000000000000000000000000000000000000000000000000000000000000','70c4c0949bbf4ba87373de66432a4178ceba184c81fff8ba71dc97349d36a7cf');
CREATE TABLE access_identity (
	issuer TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	account TEXT NOT NULL, 
	linked_us BIGINT NOT NULL, 
	PRIMARY KEY (issuer, subject)
)
 WITHOUT ROWID

;
CREATE TABLE access_session (
	hash TEXT NOT NULL, 
	account TEXT NOT NULL, 
	made_us BIGINT NOT NULL, 
	seen_us BIGINT NOT NULL, 
	ends_us BIGINT NOT NULL, 
	revoked_us BIGINT, 
	way TEXT NOT NULL, 
	PRIMARY KEY (hash)
);
CREATE TABLE access_token (
	id TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	account TEXT NOT NULL, 
	name TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	made_us BIGINT NOT NULL, 
	expires_us BIGINT NOT NULL, 
	revoked_us BIGINT, 
	used_us BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (hash)
);
CREATE TABLE account (
	id TEXT NOT NULL, 
	login TEXT NOT NULL, 
	name TEXT NOT NULL, 
	password TEXT, 
	roles TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	disabled BOOLEAN NOT NULL, 
	failures INTEGER NOT NULL, 
	locked_until_us BIGINT, 
	made_us BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (login)
);
INSERT INTO "account" VALUES('a-2dfa2faf73346ce2','li','李',NULL,'["inspector"]','{}',0,0,NULL,1795701074225990);
CREATE TABLE digest_sent (
	unit TEXT NOT NULL, 
	day TEXT NOT NULL, 
	state TEXT NOT NULL, 
	at_us BIGINT NOT NULL, 
	holder TEXT NOT NULL, 
	error TEXT NOT NULL, 
	PRIMARY KEY (unit, day)
);
CREATE TABLE document (
	collection TEXT NOT NULL, 
	id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	at_us BIGINT NOT NULL, 
	recorded_us BIGINT NOT NULL, 
	actor TEXT NOT NULL, 
	content TEXT NOT NULL, 
	retired BOOLEAN NOT NULL, 
	revision BIGINT NOT NULL, 
	change TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (collection, id, version), 
	UNIQUE (change)
);
INSERT INTO "document" VALUES('junctions','j1',1,1629799200000000,1795701074221395,'c','{"checkpoint":false,"lat":null,"lon":null,"name":"路口","synthetic":false,"watch":[{"end":"09:00","start":"07:30"}]}',0,9,'00000000-0000-4000-8000-000000000011','daba9b18f845df5dbb4323b181ccc276a89336d7fb0190cff5f6b3a3d08dd363');
CREATE TABLE event (
	seq BIGINT NOT NULL, 
	issue_id TEXT, 
	at TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	prev_hash TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "event" VALUES(1,NULL,'2021-06-02T16:00:00.000000Z','demo','point_added','{"approximate":false,"campaign":"first","code":"P1","lat":26.6,"lon":106.71,"name":"市场","site_class":"market","steward":"","synthetic":true,"task":"T01"}','0000000000000000000000000000000000000000000000000000000000000000','93ceffd78492c87d8d5e862a66223ebd68719837431c59add78d108ec6ccf66a');
INSERT INTO "event" VALUES(2,NULL,'2021-08-15T10:00:00.000000Z','demo','visit_recorded','{"compliant":false,"id":"v1","kind":"unannounced","note":"脏","point":"P1","score":61.5}','93ceffd78492c87d8d5e862a66223ebd68719837431c59add78d108ec6ccf66a','90999942beccb06c0c66e09d3f8e28236c40aca64f92d9088f9276d08f29c7f5');
INSERT INTO "event" VALUES(3,'00000000-0000-4000-8000-000000000000','2021-08-15T10:00:00.000000Z','demo','issue_reported','{"address":"","approximate":false,"campaign":"first","content":"3ccb364f60b9ed46805e320978e42cffeb9ba0add182650ea2aa76a34d100523","description":"井盖","due_at":"2021-08-16T10:00:00.000000Z","duplicate":false,"geometry":"01010000003D0AD7A370AD5A409A99999999993A40","number":"SC-00001","recorded_at":"2021-08-15T10:00:00.000000Z","register":"supervision","reported_at":"2021-08-15T10:00:00.000000Z","reporter":"reporter","revision":1,"source_datum":"wgs84","source_x":106.71,"source_y":26.6,"synthetic":true,"task":null,"type":"C0101","visit":""}','90999942beccb06c0c66e09d3f8e28236c40aca64f92d9088f9276d08f29c7f5','83f1d6f7b6f01a13b9cc9adeb0ab497f5d8017b1f4dd0d4599badb5ca66e685c');
INSERT INTO "event" VALUES(4,'00000000-0000-4000-8000-000000000000','2021-08-16T10:00:00.000000Z','p','issue_changed','{"before":"REPORTED","evidence":"e","note":"n","status":"ACCEPTED"}','83f1d6f7b6f01a13b9cc9adeb0ab497f5d8017b1f4dd0d4599badb5ca66e685c','80a5bfe060bc02c6844fb83c30b495c6eeefc4a6834453494a3efeb68ce7af81');
INSERT INTO "event" VALUES(5,'00000000-0000-4000-8000-000000000000','2021-08-17T10:00:00.000000Z','p','issue_changed','{"before":"ACCEPTED","evidence":"e","note":"n","status":"FILED"}','80a5bfe060bc02c6844fb83c30b495c6eeefc4a6834453494a3efeb68ce7af81','b167d1fb7617f09dad1521d9c8f1e3d54e0ed422e035a18995b118856040afee');
INSERT INTO "event" VALUES(6,'00000000-0000-4000-8000-000000000000','2021-08-18T10:00:00.000000Z','p','issue_changed','{"before":"FILED","evidence":"e","note":"n","status":"DISPATCHED"}','b167d1fb7617f09dad1521d9c8f1e3d54e0ed422e035a18995b118856040afee','4fbf0ddf0cf6ab99245616efb94bc2ba93d5b7767c45d3c2a1ee8371504b9fe6');
INSERT INTO "event" VALUES(7,'00000000-0000-4000-8000-000000000000','2021-08-19T10:00:00.000000Z','p','issue_changed','{"before":"DISPATCHED","evidence":"e","note":"n","status":"HANDLING"}','4fbf0ddf0cf6ab99245616efb94bc2ba93d5b7767c45d3c2a1ee8371504b9fe6','2af16291fd8ff4898b841edbb82d0e39f410353e900c2ac3a99eb634f9d7c827');
INSERT INTO "event" VALUES(8,'00000000-0000-4000-8000-000000000000','2021-08-20T10:00:00.000000Z','p','issue_changed','{"before":"HANDLING","evidence":"e","note":"n","status":"VERIFYING"}','2af16291fd8ff4898b841edbb82d0e39f410353e900c2ac3a99eb634f9d7c827','6ba8af6fcfbfb2ef04e84a0a08ff83233b3fe9786a5248b5714e6daf3ed1adfa');
INSERT INTO "event" VALUES(9,'00000000-0000-4000-8000-000000000000','2021-08-21T10:00:00.000000Z','p','issue_changed','{"before":"VERIFYING","evidence":"e","note":"n","status":"DISPATCHED"}','6ba8af6fcfbfb2ef04e84a0a08ff83233b3fe9786a5248b5714e6daf3ed1adfa','0d14c5b8624b9b3e986675cbc18beb3a14d3c0083ef948a0d7a9eefa927728c9');
INSERT INTO "event" VALUES(10,'00000000-0000-4000-8000-000000000001','2021-08-24T10:00:00.000000Z','import','issue_imported','{"address":"","approximate":false,"campaign":"first","content":"780fde0c4d5c13afbddd48fd3440835e6b5437957d8aec9a361245617d65c8e1","description":"坑","due_at":"2021-08-26T10:00:00.000000Z","duplicate":false,"geometry":"01020000000200000085EB51B81EAD5A409A99999999993A40F6285C8FC2AD5A40EE7C3F355E9A3A40","history":[{"actor":"a","at":"2021-08-24T10:00:00.000000Z","evidence":"","note":"","status":"ACCEPTED"}],"number":"SC-00002","recorded_at":"2026-11-26T06:13:36.443387Z","register":"supervision","reported_at":"2021-08-23T10:00:00.000000Z","reporter":"reporter","revision":2,"source_datum":"wgs84","source_x":106.705,"source_y":26.6,"synthetic":false,"task":null,"type":"E0110","visit":""}','0d14c5b8624b9b3e986675cbc18beb3a14d3c0083ef948a0d7a9eefa927728c9','047017ac7278c67c08de09fb096e315644db19ebb81fd012965db788b6eaa9b8');
INSERT INTO "event" VALUES(11,'00000000-0000-4000-8000-000000000002','2021-08-24T10:00:00.000000Z','import','issue_imported','{"address":"","approximate":false,"campaign":"first","content":"1f0c0d15c8a63dba3ca420c839ab52af707eb9d15a19891fbcbf0a6d8b2825ce","description":"","due_at":"2021-08-25T10:00:00.000000Z","duplicate":false,"geometry":"0101000000AE47E17A14AE5A407B14AE47E19A3A40","history":[],"number":"SC-00003","recorded_at":"2026-11-26T06:13:36.443387Z","register":"supervision","reported_at":"2021-08-24T10:00:00.000000Z","reporter":"王五","revision":2,"source_datum":"wgs84","source_x":106.72,"source_y":26.605,"synthetic":false,"task":null,"type":"C0101","visit":""}','047017ac7278c67c08de09fb096e315644db19ebb81fd012965db788b6eaa9b8','bdf6d6a93f6ca661131e416bb756bc42a2bb5e31904d87f2fe10c22728bb4db9');
INSERT INTO "event" VALUES(12,'00000000-0000-4000-8000-000000000003','2021-08-24T10:00:00.000000Z','web','issue_reported','{"address":"","approximate":false,"campaign":"first","content":"eb5cbf830c878d3a18e2d18a1439086a8390fbcc28f51204f02f0440986ef7ac","description":"","due_at":null,"duplicate":false,"geometry":"01010000003D0AD7A370AD5A409A99999999993A40","number":"SC-00004","recorded_at":"2026-11-26T06:13:36.466353Z","register":"supervision","reported_at":"2021-08-24T10:00:00.000000Z","reporter":"reporter","revision":3,"source_datum":"wgs84","source_x":106.71,"source_y":26.6,"synthetic":false,"task":null,"type":"E0501","visit":""}','bdf6d6a93f6ca661131e416bb756bc42a2bb5e31904d87f2fe10c22728bb4db9','6f78c2144217683422bf41b100781754ec5b069b72bcd60ed35a0db33daa67fe');
INSERT INTO "event" VALUES(13,'00000000-0000-4000-8000-000000000003','2021-08-24T10:00:00.000000Z','commander','issue_changed','{"before":"REPORTED","content":"c6b4ae5df9cf7a211f09ae4ecdfa1a10ce7aec5c46dbbeef665e118b78f9d767","evidence":"","id":"00000000-0000-4000-8000-000000000005","note":"","recorded_at":"2026-11-26T06:13:36.475162Z","revision":4,"status":"ACCEPTED"}','6f78c2144217683422bf41b100781754ec5b069b72bcd60ed35a0db33daa67fe','161e017d1c13f21821325e568d597fc675ae6ce0258a34f8b6f7429df1a27b44');
INSERT INTO "event" VALUES(14,'00000000-0000-4000-8000-000000000003','2021-08-24T10:00:00.000000Z','commander','issue_changed','{"before":"ACCEPTED","content":"2143f1a1684fbfb7b24918b3fa761efb82552f1c0a3e9b63947d8b5ba1a71c7e","evidence":"","id":"00000000-0000-4000-8000-000000000006","note":"不归我们管","recorded_at":"2026-11-26T06:13:36.483249Z","revision":5,"status":"REJECTED"}','161e017d1c13f21821325e568d597fc675ae6ce0258a34f8b6f7429df1a27b44','debad2e32e130a64291ac0d67ca2b5182ccdc0b1e6124bd637f092b0a9de0aa1');
INSERT INTO "event" VALUES(15,'00000000-0000-4000-8000-000000000001','2021-08-24T10:00:00.000000Z','commander','issue_changed','{"before":"ACCEPTED","content":"a80d4b5633d59890acebd66ec1be4e237e1c4b0eabcf4e56033ee37d34572ab5","evidence":"","id":"00000000-0000-4000-8000-000000000007","note":"","recorded_at":"2026-11-26T06:13:36.488948Z","revision":6,"status":"FILED"}','debad2e32e130a64291ac0d67ca2b5182ccdc0b1e6124bd637f092b0a9de0aa1','78dafc4a2860df150f7eef4175f7b5f53d1f5996485dbc06385c4ae2d570bb91');
INSERT INTO "event" VALUES(16,'00000000-0000-4000-8000-000000000002','2021-08-24T10:00:00.000000Z','c','issue_amended','{"act":"assign","before":{"department":null},"content":"c38ce3e6e8133c7f91395be9e47726c2ebbc4425341fc56a3f2235b093c382f8","id":"00000000-0000-4000-8000-000000000010","note":"","recorded_at":"2026-11-26T13:51:14.159248Z","revision":7,"set":{"department":"d"}}','78dafc4a2860df150f7eef4175f7b5f53d1f5996485dbc06385c4ae2d570bb91','2f693eef7f0a3f3909c8482f9fdc8b1f7ce09b6d70d47acad536ad159985fe4e');
INSERT INTO "event" VALUES(17,'00000000-0000-4000-8000-000000000004','2021-08-24T10:00:00.000000Z','web','issue_reported','{"address":"","approximate":false,"campaign":"first","content":"4062e6dc7c30be70f433090cccdf63a65560561f6f36f3e89ea4bf75a2857a56","description":"","due_at":null,"duplicate":false,"geometry":"01010000003D0AD7A370AD5A409A99999999993A40","number":"SC-00005","personal":["phone"],"recorded_at":"2026-11-26T13:51:14.207236Z","register":"supervision","reported_at":"2021-08-24T10:00:00.000000Z","reporter":"p-3738a530-c243-5523-8124-740c990af450","revision":8,"source_datum":"wgs84","source_x":106.71,"source_y":26.6,"synthetic":false,"task":null,"type":"E0501","visit":""}','2f693eef7f0a3f3909c8482f9fdc8b1f7ce09b6d70d47acad536ad159985fe4e','bc3281859d8a3693ab1c3e436a6588abf62ef39c1ecdf914c9a74e36bc2037ec');
INSERT INTO "event" VALUES(18,NULL,'2021-08-24T10:00:00.000000Z','c','document_put','{"change":"00000000-0000-4000-8000-000000000011","collection":"junctions","content":{"checkpoint":false,"lat":null,"lon":null,"name":"路口","synthetic":false,"watch":[{"end":"09:00","start":"07:30"}]},"hash":"daba9b18f845df5dbb4323b181ccc276a89336d7fb0190cff5f6b3a3d08dd363","id":"j1","recorded_at":"2026-11-26T13:51:14.221395Z","retired":false,"revision":9,"version":1}','bc3281859d8a3693ab1c3e436a6588abf62ef39c1ecdf914c9a74e36bc2037ec','804207ec083cc53e1f64030f7e809116eba77ff9c758de06d84f67243c3c749f');
CREATE TABLE issue (
	"row" BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	campaign TEXT NOT NULL, 
	register TEXT NOT NULL, 
	type TEXT NOT NULL, 
	task TEXT, 
	description TEXT NOT NULL, 
	address TEXT NOT NULL, 
	visit TEXT NOT NULL, 
	reporter TEXT NOT NULL, 
	synthetic BOOLEAN NOT NULL, 
	approximate BOOLEAN NOT NULL, 
	duplicate BOOLEAN NOT NULL, 
	reported_us BIGINT NOT NULL, 
	due_us BIGINT, 
	recorded_us BIGINT NOT NULL, 
	wkb BLOB NOT NULL, 
	source_datum TEXT NOT NULL, 
	source_x FLOAT NOT NULL, 
	source_y FLOAT NOT NULL, 
	revision BIGINT NOT NULL, 
	content TEXT NOT NULL, 
	status SMALLINT NOT NULL, 
	closed_us BIGINT, 
	rework SMALLINT NOT NULL, 
	version INTEGER DEFAULT '1' NOT NULL, 
	is_point BOOLEAN NOT NULL, 
	lon FLOAT NOT NULL, 
	lat FLOAT NOT NULL, 
	x_m FLOAT NOT NULL, 
	y_m FLOAT NOT NULL, 
	west FLOAT NOT NULL, 
	south FLOAT NOT NULL, 
	east FLOAT NOT NULL, 
	north FLOAT NOT NULL, 
	subdistrict TEXT, 
	segment TEXT, 
	road TEXT, 
	distance_m FLOAT, 
	search_text TEXT NOT NULL, department TEXT, duplicate_of TEXT, extensions SMALLINT DEFAULT '0' NOT NULL, reopened SMALLINT DEFAULT '0' NOT NULL, deferred_until_us BIGINT, 
	PRIMARY KEY ("row"), 
	UNIQUE (id)
);
INSERT INTO "issue" VALUES(1,'00000000-0000-4000-8000-000000000000','SC-00001','first','supervision','C0101',NULL,'井盖','','','reporter',1,0,0,1629021600000000,1629108000000000,1629021600000000,X'01010000003D0AD7A370AD5A409A99999999993A40','wgs84',106.71,26.6,1,'3ccb364f60b9ed46805e320978e42cffeb9ba0add182650ea2aa76a34d100523',3,NULL,1,7,1,106.71,26.6,3.71504731627990491681e+05,2.94395790482734609396e+06,106.71,26.6,106.71,26.6,'A',NULL,NULL,NULL,'sc-00001 井盖',NULL,NULL,0,0,NULL);
INSERT INTO "issue" VALUES(2,'00000000-0000-4000-8000-000000000001','SC-00002','first','supervision','E0110',NULL,'坑','','','reporter',0,0,0,1629712800000000,1629972000000000,1795673616443387,X'01020000000200000085EB51B81EAD5A409A99999999993A40F6285C8FC2AD5A40EE7C3F355E9A3A40','wgs84',106.705,26.6,2,'780fde0c4d5c13afbddd48fd3440835e6b5437957d8aec9a361245617d65c8e1',2,NULL,0,3,0,1.06710000000000007961e+02,26.6015,3.71506407666197046636e+05,2.94412412614874728026e+06,106.705,26.6,106.715,26.603,'C','s3','R2',0.0,'sc-00002 坑',NULL,NULL,0,0,NULL);
INSERT INTO "issue" VALUES(3,'00000000-0000-4000-8000-000000000002','SC-00003','first','supervision','C0101',NULL,'','','','王五',0,0,0,1629799200000000,1629885600000000,1795673616443387,X'0101000000AE47E17A14AE5A407B14AE47E19A3A40','wgs84',106.72,26.605,2,'1f0c0d15c8a63dba3ca420c839ab52af707eb9d15a19891fbcbf0a6d8b2825ce',0,NULL,0,2,1,106.72,26.605,3.72506463143806555303e+05,2.94450196919534169142e+06,106.72,26.605,106.72,26.605,NULL,NULL,NULL,NULL,'sc-00003','d',NULL,0,0,NULL);
INSERT INTO "issue" VALUES(4,'00000000-0000-4000-8000-000000000003','SC-00004','first','supervision','E0501',NULL,'','','','reporter',0,0,0,1629799200000000,NULL,1795673616466353,X'01010000003D0AD7A370AD5A409A99999999993A40','wgs84',106.71,26.6,3,'eb5cbf830c878d3a18e2d18a1439086a8390fbcc28f51204f02f0440986ef7ac',7,NULL,0,3,1,106.71,26.6,3.71504731627990491681e+05,2.94395790482734609396e+06,106.71,26.6,106.71,26.6,'A',NULL,NULL,NULL,'sc-00004',NULL,NULL,0,0,NULL);
INSERT INTO "issue" VALUES(5,'00000000-0000-4000-8000-000000000004','SC-00005','first','supervision','E0501',NULL,'','','','p-3738a530-c243-5523-8124-740c990af450',0,0,0,1629799200000000,NULL,1795701074207236,X'01010000003D0AD7A370AD5A409A99999999993A40','wgs84',106.71,26.6,8,'4062e6dc7c30be70f433090cccdf63a65560561f6f36f3e89ea4bf75a2857a56',0,NULL,0,1,1,106.71,26.6,3.71504731627990491681e+05,2.94395790482734609396e+06,106.71,26.6,106.71,26.6,'A',NULL,NULL,NULL,'sc-00005',NULL,NULL,0,0,NULL);
CREATE TABLE issue_change (
	id TEXT NOT NULL, 
	issue_row BIGINT NOT NULL, 
	version INTEGER NOT NULL, 
	revision BIGINT NOT NULL, 
	content TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "issue_change" VALUES('00000000-0000-4000-8000-000000000005',4,2,4,'c6b4ae5df9cf7a211f09ae4ecdfa1a10ce7aec5c46dbbeef665e118b78f9d767');
INSERT INTO "issue_change" VALUES('00000000-0000-4000-8000-000000000006',4,3,5,'2143f1a1684fbfb7b24918b3fa761efb82552f1c0a3e9b63947d8b5ba1a71c7e');
INSERT INTO "issue_change" VALUES('00000000-0000-4000-8000-000000000007',2,3,6,'a80d4b5633d59890acebd66ec1be4e237e1c4b0eabcf4e56033ee37d34572ab5');
INSERT INTO "issue_change" VALUES('00000000-0000-4000-8000-000000000010',3,2,7,'c38ce3e6e8133c7f91395be9e47726c2ebbc4425341fc56a3f2235b093c382f8');
CREATE TABLE issue_past (
	"row" BIGINT NOT NULL, 
	issue_row BIGINT NOT NULL, 
	until_us BIGINT NOT NULL, 
	type TEXT NOT NULL, 
	task TEXT, 
	description TEXT NOT NULL, 
	address TEXT NOT NULL, 
	due_us BIGINT, 
	department TEXT, 
	wkb BLOB NOT NULL, 
	source_datum TEXT NOT NULL, 
	source_x FLOAT NOT NULL, 
	source_y FLOAT NOT NULL, 
	is_point BOOLEAN NOT NULL, 
	lon FLOAT NOT NULL, 
	lat FLOAT NOT NULL, 
	x_m FLOAT NOT NULL, 
	y_m FLOAT NOT NULL, 
	west FLOAT NOT NULL, 
	south FLOAT NOT NULL, 
	east FLOAT NOT NULL, 
	north FLOAT NOT NULL, 
	subdistrict TEXT, 
	segment TEXT, 
	road TEXT, 
	distance_m FLOAT, 
	search_text TEXT NOT NULL, 
	PRIMARY KEY ("row")
);
INSERT INTO "issue_past" VALUES(1,3,1629799200000000,'C0101',NULL,'','',1629885600000000,NULL,X'0101000000AE47E17A14AE5A407B14AE47E19A3A40','wgs84',106.72,26.605,1,106.72,26.605,3.72506463143806555303e+05,2.94450196919534169142e+06,106.72,26.605,106.72,26.605,NULL,NULL,NULL,NULL,'sc-00003');
CREATE TABLE issue_past_share (
	past_row BIGINT NOT NULL, 
	layer TEXT NOT NULL, 
	place TEXT NOT NULL, 
	weight FLOAT NOT NULL, 
	PRIMARY KEY (past_row, layer, place)
)
 WITHOUT ROWID

;
CREATE TABLE issue_photo (
	issue_row BIGINT NOT NULL, 
	photo TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	at_us BIGINT NOT NULL, 
	recorded_us BIGINT NOT NULL, 
	actor TEXT NOT NULL, 
	PRIMARY KEY (issue_row, photo, kind)
)
 WITHOUT ROWID

;
CREATE TABLE issue_share (
	issue_row BIGINT NOT NULL, 
	layer TEXT NOT NULL, 
	place TEXT NOT NULL, 
	weight FLOAT NOT NULL, 
	PRIMARY KEY (issue_row, layer, place)
)
 WITHOUT ROWID

;
INSERT INTO "issue_share" VALUES(2,'segment','s3',2.95704900352431798715e-01);
INSERT INTO "issue_share" VALUES(2,'subdistrict','A',1.14961058540978350306e-01);
INSERT INTO "issue_share" VALUES(2,'subdistrict','C',8.85038941459021621938e-01);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema_version','3');
INSERT INTO "meta" VALUES('city','520103');
INSERT INTO "meta" VALUES('layer_version','small-1');
INSERT INTO "meta" VALUES('revision','9');
INSERT INTO "meta" VALUES('last_number','5');
INSERT INTO "meta" VALUES('rejects','[]');
INSERT INTO "meta" VALUES('tables','f2a5110e3e00249fd0dceda9364bceaa44d22247baa538ac7bb6868fd98b35fe');
INSERT INTO "meta" VALUES('seal','6f1b61942d36716fa39ab7167988e2aef66df601f94ef7eae719f59eebfa27ab');
CREATE TABLE notice_seen (
	account TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	at_us BIGINT NOT NULL, 
	PRIMARY KEY (account)
);
CREATE TABLE personal (
	ref TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	value TEXT, 
	erased_us BIGINT, 
	PRIMARY KEY (ref, kind)
);
INSERT INTO "personal" VALUES('p-3738a530-c243-5523-8124-740c990af450','phone','13800000000',NULL);
CREATE TABLE photo (
	sha256 TEXT NOT NULL, 
	"row" BIGINT NOT NULL, 
	thumb_sha256 TEXT NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	bytes BIGINT NOT NULL, 
	phash BIGINT, 
	taken_us BIGINT, 
	lon FLOAT, 
	lat FLOAT, 
	camera TEXT, 
	uploaded_us BIGINT NOT NULL, 
	reviewed_us BIGINT, 
	reviewer TEXT, 
	blurred_from TEXT, 
	erased_us BIGINT, 
	seal TEXT NOT NULL, 
	PRIMARY KEY (sha256), 
	UNIQUE ("row")
);
CREATE TABLE photo_upload (
	sha256 TEXT NOT NULL, 
	original_sha256 TEXT NOT NULL, 
	uploader TEXT NOT NULL, 
	uploaded_us BIGINT NOT NULL, 
	seal TEXT NOT NULL, 
	PRIMARY KEY (sha256, original_sha256, uploader)
);
CREATE TABLE point (
	"row" BIGINT NOT NULL, 
	code TEXT NOT NULL, 
	name TEXT NOT NULL, 
	campaign TEXT NOT NULL, 
	site_class TEXT NOT NULL, 
	task TEXT, 
	steward TEXT NOT NULL, 
	synthetic BOOLEAN NOT NULL, 
	approximate BOOLEAN NOT NULL, 
	lon FLOAT, 
	lat FLOAT, 
	subdistrict TEXT, 
	segment TEXT, 
	PRIMARY KEY ("row"), 
	UNIQUE (code)
);
INSERT INTO "point" VALUES(1,'P1','市场','first','market','T01','',1,0,106.71,26.6,'A',NULL);
CREATE TABLE transition (
	issue_row BIGINT NOT NULL, 
	n INTEGER NOT NULL, 
	at_us BIGINT NOT NULL, 
	"before" SMALLINT NOT NULL, 
	status SMALLINT NOT NULL, 
	actor TEXT NOT NULL, 
	note TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	PRIMARY KEY (issue_row, n)
)
 WITHOUT ROWID

;
INSERT INTO "transition" VALUES(1,0,1629021600000000,-1,0,'reporter','','');
INSERT INTO "transition" VALUES(1,1,1629108000000000,0,1,'p','n','e');
INSERT INTO "transition" VALUES(1,2,1629194400000000,1,2,'p','n','e');
INSERT INTO "transition" VALUES(1,3,1629280800000000,2,3,'p','n','e');
INSERT INTO "transition" VALUES(1,4,1629367200000000,3,4,'p','n','e');
INSERT INTO "transition" VALUES(1,5,1629453600000000,4,5,'p','n','e');
INSERT INTO "transition" VALUES(1,6,1629540000000000,5,3,'p','n','e');
INSERT INTO "transition" VALUES(2,0,1629712800000000,-1,0,'reporter','','');
INSERT INTO "transition" VALUES(2,1,1629799200000000,0,1,'a','','');
INSERT INTO "transition" VALUES(2,2,1629799200000000,1,2,'commander','','');
INSERT INTO "transition" VALUES(3,0,1629799200000000,-1,0,'王五','','');
INSERT INTO "transition" VALUES(4,0,1629799200000000,-1,0,'reporter','','');
INSERT INTO "transition" VALUES(4,1,1629799200000000,0,1,'commander','','');
INSERT INTO "transition" VALUES(4,2,1629799200000000,1,7,'commander','不归我们管','');
INSERT INTO "transition" VALUES(5,0,1629799200000000,-1,0,'p-3738a530-c243-5523-8124-740c990af450','','');
CREATE TABLE unit_address (
	unit TEXT NOT NULL, 
	address TEXT NOT NULL, 
	made_us BIGINT NOT NULL, 
	PRIMARY KEY (unit, address)
);
CREATE TABLE visit (
	"row" BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	point TEXT NOT NULL, 
	at_us BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	compliant BOOLEAN NOT NULL, 
	score FLOAT, 
	note TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (id)
);
INSERT INTO "visit" VALUES(1,'v1','P1',1629021600000000,'unannounced',0,61.5,'脏');
CREATE TABLE webhook (
	id TEXT NOT NULL, 
	url TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	codes TEXT, 
	subdistricts TEXT, 
	departments TEXT, 
	active BOOLEAN NOT NULL, 
	made_us BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	failing_since_us BIGINT, 
	next_us BIGINT, 
	paused_us BIGINT, 
	error TEXT NOT NULL, 
	delivered BIGINT NOT NULL, 
	delivered_us BIGINT, 
	holder TEXT NOT NULL, 
	held_until_us BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX event_issue ON event (issue_id);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE INDEX issue_register ON issue (register, reported_us);
CREATE INDEX issue_number ON issue (number);
CREATE INDEX issue_past_issue ON issue_past (issue_row, until_us);
CREATE INDEX issue_photo_photo ON issue_photo (photo);
CREATE INDEX access_session_account ON access_session (account);
CREATE INDEX access_token_account ON access_token (account);
CREATE TRIGGER access_entry_no_update BEFORE UPDATE ON access_entry BEGIN SELECT RAISE(ABORT, 'the log of access is append-only'); END;
CREATE TRIGGER access_entry_no_delete BEFORE DELETE ON access_entry WHEN OLD.seq > (SELECT coalesce(max(seq), 0) FROM access_checkpoint) BEGIN SELECT RAISE(ABORT, 'the log of access is append-only'); END;
CREATE TRIGGER access_checkpoint_no_update BEFORE UPDATE ON access_checkpoint BEGIN SELECT RAISE(ABORT, 'the log of access is append-only'); END;
CREATE TRIGGER access_checkpoint_no_delete BEFORE DELETE ON access_checkpoint BEGIN SELECT RAISE(ABORT, 'the log of access is append-only'); END;
CREATE INDEX photo_blurred_from ON photo (blurred_from);
CREATE INDEX photo_upload_original ON photo_upload (original_sha256);
COMMIT;
