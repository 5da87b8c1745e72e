# ruff: noqa: E501  patterns and lists of words read better unbroken
"""Chinese sentences as they are typed and dictated: spelling, clauses, scope.

Scope says in which way something is told: as a fact of now, as denied, solved, past,
imagined, or asked for in a shop. The rules of danger look at nothing else, so this is
the place where 「不漏了」 and 「漏得不行了」 part.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

ACTIVE = "active"
NEGATED = "negated"
SOLVED = "solved"
PAST = "past"
IMAGINED = "imagined"
SHOPPING = "shopping"

# Traditional characters that matter here, and what voice recognition and hasty
# typing make of the words that must not be missed.
SINGLE = str.maketrans(
    "電樓漏煙災門鎖氣燈壞壓熱車輛積滅傷摔頭暈倒沒還應關係開啟廁間廚廳嬰兒孫婦"
    "藥醫護觸瓦斯燒報險員話聲響樣個們這來說過時後幫請謝發現裡裏嗎無為點東師傅",
    "电楼漏烟灾门锁气灯坏压热车辆积灭伤摔头晕倒没还应关系开启厕间厨厅婴儿孙妇"
    "药医护触瓦斯烧报险员话声响样个们这来说过时后帮请谢发现里里吗无为点东师傅",
)
# (what is heard, what was said, characters one of which is in it).  The guards keep
# 3楼水管 and 突然气味 as they are.
MISHEARD = [
    (re.compile(wrong), right, frozenset(one_of))
    for wrong, right, one_of in [
        (
            "[店垫]梯|电题|(?<![\\d几一二两三四五六七八九十])点梯",
            "电梯",
            "梯题",
        ),
        ("困主(?=了|在|人)", "困住", "主"),
        (
            "(?<![\\d一二三四五六七八九十几整本这该每下上顶])楼水(?![管压费表箱龙泵电池塔])",
            "漏水",
            "楼",
        ),
        ("漏谁", "漏水", "谁"),
        (
            "(?<![\\d一二三四五六七八九十几整本这该每下上顶])楼电(?![梯线表箱费路闸缆灯井话动视子])|露电|漏店",
            "漏电",
            "楼露店",
        ),
        ("漏汽|露气", "漏气", "汽露"),
        ("冒[咽焑胭焰菸]|毛烟|帽烟", "冒烟", "咽焑胭焰菸毛帽"),
        (
            "找火了|着或了|(?<![等看跟拿带盯推运拉提守靠朝])着[货伙](?=了|啦)",
            "着火了",
            "找或货伙",
        ),
        ("起[活伙]了", "起火了", "活伙"),
        ("[媒霉每]气(?=[漏泄罐灶管])|煤汽", "煤气", "媒霉每汽"),
        (
            "(?<![突忽偶虽既居竟自显当仍依果必悠全天])然气(?![味愤得呼])",
            "燃气",
            "然",
        ),
        ("天燃气", "天然气", "燃"),
        ("触店|处电(?=了|着|倒)", "触电", "店处"),
        (
            "头[运云](?=了|的|站|得|眼|，|,|$)|头昏|脑壳[昏晕]|脑阔[昏晕疼]",
            "头晕",
            "运云昏壳阔",
        ),
        ("[晕云]到(?=了|在)|云倒", "晕倒", "晕云"),
        ("摔到(?=了|在|地)|(?<![价格率股数])跌到了", "摔倒", "摔跌"),
        ("一交(?=了|，|,|。|$)(?<=摔了一交)", "一跤", "交"),
        ("救名|(?<![会能也这])就命(?![令题])", "救命", "名命"),
        ("积谁", "积水", "谁"),
        ("[暴抱]管", "爆管", "暴抱"),
        ("水管[暴报]", "水管爆", "暴报"),
        ("[暴抱]裂", "爆裂", "暴抱"),
        ("反水", "返水", "反"),
        ("着火火", "着火", "火"),
        ("混迷|昏谜", "昏迷", "混谜"),
        ("自[沙纱煞](?!发)", "自杀", "沙纱煞"),
        ("溺谁", "溺水", "溺"),
    ]
]
# Harmless words that contain a word of danger; they are blanked before any rule looks.
IDIOMS = """
嗓子冒烟 嗓子都冒烟 嗓子快冒烟 嗓子要冒烟 嗓子都快冒烟 喉咙冒烟 喉咙都冒烟 气得冒烟 气的冒烟 气到冒烟 气冒烟
渴得冒烟 渴到冒烟 忙得冒烟 忙到冒烟 头顶冒烟 头上冒烟 七窍生烟 冒烟的石榴 键盘冒烟 手机刷到冒烟
火锅 火爆 火车 火箭 火腿 火鸡 火龙果 火热 红火 火气 恼火 上火 发火 惹火 火大 冒火星文 火速 心急火燎 火急火燎 十万火急
着急上火 火眼金睛 火候 火遍 火出圈 火起来 火把节 火种 萤火 战火 香火 怒火 肝火 玩火 烽火 灯火通明 灯火 大火收汁 小火慢
后院起火 无名火 窝火 着火点 救火队员 眼里冒火 冒火了要投诉 心里冒火 气得冒火 起火锅 一把火
爆款 爆满 爆红 爆火 爆料 爆肝 爆单 爆米花 爆炒 爆笑 爆棚 爆发力 爆表 爆冷 爆仓 爆文 爆改 爆雷 信息爆炸 爆炸头 爆炸新闻 爆炸性
电量爆 人气爆 颜值爆 好评爆 爆好吃 爆好看 知识爆炸
炸鸡 炸酱 油炸 炸串 炸裂 炸锅 群里炸了 群都炸了 群炸了 朋友圈炸了 业主群炸 炸药包小说 炸丸子 炸薯条 炸油条 炸物 评论区炸 炸街 空气炸
晕车 晕船 晕针 晕机 晕血 晕染 眩晕症讲座 被价格吓晕 价格晕 看晕 绕晕 转晕 笑晕 忙晕 算晕 问晕 说晕 搞晕 弄晕 看得头晕 绕得头晕 看着头晕
看得我头晕 绕得我头晕 看得人头晕 说得我头晕 算得头晕 算得我头晕 规定看得 数字看得 名目看得 选得头晕 选得我头晕 填得头晕 填得我头晕
听得头晕 听得我头晕 账单看得 头晕眼花的账 搞得我头晕 搞得头晕 弄得我头晕 弄得头晕 搞得人头晕
触电般 触电的感觉 一见面就触电 触电影视 触电大银幕 首次触电
跳楼价 跳楼大甩卖 跳楼甩卖 跳楼机 跳楼清仓 跌破眼镜 跌眼镜 暴跌 下跌 跌价 跌停 跌幅 跌破
血拼 出血价 吐血推荐 吐血整理 大出血甩卖 吐血价 血压计 血糖仪 血汗钱 热血 血缘 心血
救命恩人 救命稻草 救命钱 救命之恩 救命药讲座 救命神器 亲娘救命这
打架子鼓 打架势 砍价 砍一刀 帮忙砍 帮砍 抢购 抢票 抢单 抢红包 抢课 抢菜 抢车位 抢先 抢手 抢答 抢修 抢险 抢镜 抢占 抢停
偷懒 偷吃 偷笑 偷闲 偷菜 偷偷 偷工减料 偷换 偷税 偷排 偷拍的照片好看 偷看剧
遗漏 漏掉 漏接 漏收 漏发 漏寄 漏签 漏报 漏算 漏记 漏抄 漏洞 漏登 漏看 漏打 漏斗 漏勺 漏填 漏交 漏缴 漏电保护 漏保 漏风 漏光 漏音
捡漏 漏网 漏听 漏写 漏了一户 漏了一个快递 漏了个快递 漏水检测仪器 漏拿 漏取 漏检 错漏 疏漏 漏水报警器 漏水检测公司 防漏电开关 漏了一份
困难 贫困 困扰 困惑 犯困 困意 困得 困死 好困 太困 很困 脱困 困境 纾困 春困 有点困 特困
累死 热死 冷死 气死 烦死 吵死 臭死 急死 饿死 渴死 美死 闷死 爱死 恨死 羡慕死 笑死 尴尬死 丑死 贵死 馋死 无聊死 死板 死角 死板板
吓死 脏死 难看死 难吃死 死活 死贵 死机 死胡同 卡死了系统 死路一条
煤气灶清洗 煤气费 燃气费 燃气公司 煤气公司 燃气卡 燃气账单 燃气表读数 燃气开户 燃气缴费 煤气卡 煤气罐配送
气味图书馆 气味相投 气味清新剂 烟火气 人间烟火 烟火表演 烟花 抽油烟机清洗 无烟 戒烟 吸烟区 抽烟 吸烟 香烟 烟酒 烟头 二手烟 油烟
积水潭 水淹七军 山洪纪录 泡水车 水漫金山 泡水喝 口水 倒胃口
爆裂鼓手 断桥铝 断舍离 断码 断货 断网 断更 断层扫描 断片 断章 断崖
塌房 人设塌 房塌了粉 倒塌预警演 塌了心 天塌了 天都塌了 倒贴 倒闭 倒霉 倒车 倒垃圾 倒计时 倒班 倒数
砸钱 砸场 砸锅卖铁 砸招牌 砸手里 砸重金 砸金蛋 掉价 掉色 掉毛 掉漆 掉线 掉队 掉头 掉发 掉头发 掉粉 掉单 掉以轻心 掉电快
没命 要命 拼命 命中 玩命 命题 生命周期
被困扰 煎熬 中毒软件 电脑中毒 手机中毒 音乐中毒 中毒太深 中毒太深 中了剧的毒 流量劫持 劫后 打劫我的钱包 钱包被打劫
刀具 刀削面 刀工 剪刀 刮刀 刀片 磨刀 菜刀磨 刀架 木偶 命案推理
心脏病讲座 心脏病药 急救包 急救箱 急救课 急救证 急救培训 救护车模型 消防车模型 玩具 积木 手办
电火锅 打不着火 点不着火 点不起火 打不了火 不着火 打不出火 点不了火 熄火 火打不着 着火快 着火慢 打火慢 打火机 点火针 点火 开火 关火 明火执仗
走火入魔 擦枪走火 洪水猛兽 灾难片 灾难现场 大型翻车现场 车祸现场 翻车 一家着火
""".split()
# 煤气 "no gas" stays a supply matter: 没气 is told by the words of heating.

STRONG_END = "。！？!?；;\n…"
WEAK_END = "，,、：: \t~～"
CLAUSE = re.compile(
    rf"[{STRONG_END}{re.escape(WEAK_END)}]+|但是|但|不过|可是|然而|结果"
)
SENTENCE = re.compile(rf"[{STRONG_END}]+")

NEGATORS = re.compile(
    "(?:没有?|未|无|不|别|并非|不是|不会|不曾|没得|冇|冇得|唔|不存在|排除|杜绝|避免|防止|预防|防范|防"
    "|以防|谨防|严防|防备|怎么防|降低|减少|零)"
    "(?:再|在|出|发生|出现|什么|任何|有|啥|闻到|闻着|发现|看到|看见|见到|听说|那么|怎么|导致|引发|引起|造成|老人|小孩|人|了|的|过)*$"
)
# 不停漏水, 不断, 不得了着火了 are no negation; nor is a question that fears the answer.
NO_NEGATION = re.compile(
    "(?:是不是|有没有|会不会|要不要|该不会是?|不会是|莫不是|能不能|好不好|别是|怕不是|不停地?|不断地?|不知道?是不是)$"
)
DOUBTING = re.compile("不会(?:是|有)?$")
AFTER_NEGATED = re.compile(
    "^(?:的?(?:味道?|气味|声音|情况|现象|问题|地方|事情?|那个)?)?"
    "(?:已经|都|就|也|现在|终于|今天|早就?|早已|彻底|全|完全|基本|算是|总算|倒是|目前)*"
    "(?:不(?:漏|冒|闪|滴|渗|响|晕|堵|积|出|再|严重|存在|疼|痛|烧|掉|臭)(?:烟|水|电|气|火)?了?(?!$)?|没有?了|没再|消失|散了|散掉|退了|干了|停了(?!电|水)|止住|好了|好多了|没问题|正常)"
)
SOLVED_MARK = re.compile(
    "修好|已(?:经)?修复|修复好|修复了|修完|弄好|搞好了|搞定|解决|处理好|处理完|处理掉|处理了|处理得|处理及时|处置完|恢复|扑灭|灭掉|灭了|关好|排除了|疏通了|通好了|换好|"
    "补好|装好|接好|救出|救下来|(?:救|放|走|弄|拉|抱|接)出来了?|没事了|无大碍|好了|好转|不漏了|不闪了|不冒了|不漏水了|不堵了|不晕了|不冒烟了|不臭了|虚惊|误报|已修|已处理|"
    "来电了|来水了|已通水|退下去|退水了|完好|办结|结案|抓到了|抓住了|误会|看错了|闻错了|搞错了|按错了|没坏|(?<![堵不接开])通了|好多了|没问题|一直正常|都正常|很正常|正常了|查过了|换过(?:新)?|虚惊一场|自己好了|已经?停了|散了|干了|结束|取消|抢救过来|脱险|出院"
)
UNSOLVED_BEFORE = re.compile(
    "(?:没|没有|未|未能|未曾|不|无法|才能?|何时|什么时候|啥时候?|几时|多久|怎么|怎样|如何|请|希望|盼|望|尽快|尽早|赶紧|赶快|快点|马上|立即|立刻|早日|及时|能否|能|可以|要|帮忙?|给|想|等着?|等待|待|求|急需|需要|必须|一直没|得不到|难|谁来|不给|还没|还未|才|抓紧|麻烦|去|来|拿去|叫人|派人|找人|有人|尽速|以便|迟迟|彻底|得|该|应该|根本|拒不|拒绝|不予|哪个|谁|协调|出面|督促|进行|予以)"
    "(?:得到|有人|人|来|去|把|我|我家|我们|一下|给|被|能|得|的|再|做|真的|完全|彻底|妥善|有效|真正|尽快|及时|它|他|她|大家|实际|根本|有效)*$"
)
RELAPSE = re.compile(
    "又|再次|还是|还在|仍|依旧|依然|复发|没过几天|没几天|反复|重新|接着|继续|才几天|老样子|加重|更严重|更大|越来越|现在却|转头"
)
# Thanks for what was done; 请尽快处理，万分感谢 is none.
THANKED = re.compile(
    "(?:感谢|多亏|谢谢|表扬|夸|点赞|致谢)(?:一下)?[^，。,.]{0,12}(?:师傅|物业|保安|你们|大家|工作人员|经理|电工|阿姨|大哥|小哥|管家|邻居|及时|帮|救|处理|抢修|解决)|(?:给|打)(?:个|了)?(?:五星|好评|点赞|赞)|送(?:一面)?锦旗|(?:真|太)(?:棒|赞|给力)|很?给力"
)
# A question about rules: nothing has happened.
ASKING = re.compile("请问|想问|咨询|问下|问一下|请教|想了解|想知道|打听")
ABOUT_RULES = re.compile(
    "可以|能不能|能否|可不可以|是否|要不要|允许|吗|什么|哪|几点|怎么(?!办|这么|回事|还)|如何|多少|有没有|规定|标准"
)
HAPPENED = re.compile(
    "我家|家里|现在|正|了(?!解|吗|没有)|一直|又|有人(?!管|知道)|好几|天天|老是|总是|出不|着火|冒"
)
NOW = re.compile(
    "又|现在(?!好|干了|行了|通了|正常|没|不|都?已经|都好|很|挺)|今天|今晚|今早|刚刚?|正在|正(?!常)|一直(?!正常|很好|没|都好|挺|好)|到现在|至今|仍|依然|依旧|还是?在|还没|还漏|还冒|再次|这会|此刻|马上|快来|赶紧|这几天|目前|没人(?:管|来|修|处理)|不管|救命|没修|未修|迟迟"
)
PAST_MARK = re.compile(
    "上次|上回|去年|前年|大前年|以前|那次|那回|曾经?|小时候|当年|上个?月|上上?周|年前|早年|过去|之前那次|往年|头几年|多年前|前阵子|从前|那年|当时|那时候?|上一次|历史上"
)
IF_MARK = re.compile(
    "如果|要是|万一|假如|假设|一旦|若是|倘若|若|遇到|碰到|碰上|遇上|发生(?!了)|出现(?!了)|以防|怕万一|防止|预防|避免|防范|以免|免得|为了防"
)
# Said right before it, this is one's worry: 真要着火消防车都进不来.
WORRY = re.compile(
    "(?:真要是?|要真|真(?:的)?(?=[着起失出漏])|万一|一旦|要是|如果|假如|若是|怕|担心|生怕|以防|省得|免得|以免)[^，。,.]{0,4}$"
)
HEARSAY = re.compile(
    "听说|据说|隔壁小区|别的小区|其他小区|人家小区|新闻里|网上说|外地|那个小区|朋友家小区"
)
# Asking about it, with the thing itself far away: 头晕可以在社区医院看吗.
ASKED = re.compile(
    "(?<![病题点处障])在哪(?!来)|哪[里儿](?!来|冒|漏|起|着|传|飘|在|烧|出|响|坏|不|断|进)|几点|几号|可以.{0,12}吗|能.{0,10}吗|会.{0,10}吗|有.{0,12}吗|能不能(?!快|来|修|派|帮|赶|马|先|尽|处|立|管)|什么时候(?!来|修|能|好|恢复|有|到|才)|多少|找谁(?:谈|赔|问|要|报销|咨询)|怎么(?:算|赔|收|报名|预约|申请|报销|防|查|预防|避免|退)|标准|发票|赔偿|报销|谁家的|归谁|要不要钱|收费|免费|多久一次|是哪天|补偿|减免"
)
TALK = re.compile(
    "电影|电视剧|义诊|视频(?!里看到)|宣传册|照片|招聘|团购|展板|演练|演习|培训|讲座|宣传|知识|科普|课堂|课程|公开课|标语|横幅|新闻|小说|游戏里|打游戏|手游|做梦|梦见|梦到|梦里|电视里|电视上|保险|剧情|台词|歌词|动画|漫画|故事|剧本|密室|桌游|段子|短视频|抖音|刷到|"
    "比赛|竞赛|征文|海报|公众号|朋友圈转|论文|作文|作业|题目|考试|手册|指南|须知|通知上写|公告|日活动|志愿者活动|宣讲|警示教育|模拟|体验馆|体验活动|主题|展览|测试一下|例行|月检|年检|季检|台账|检查表|巡检"
)
SHOP = re.compile(
    "想买|要买|去买|买个|买一个|买台|买一台|买点|买些|买什么|买哪|哪里买|哪买|在哪买|哪里有卖|哪有卖|有卖|怎么买|求购|购买|多少钱|什么价|价格|价位|报价|几块钱|批发|代购|团购|拼团|拼单|链接|下单|优惠|打折|折扣|促销|特价|爆款|新款|同款|"
    "二手|转让|闲置|出售|求推荐|推荐(?:个|一款|一个|一下|几款|款)|有推荐|哪个牌子|什么牌子|啥牌子|哪款|型号|好用吗|好不好用|测评|性价比|包邮|秒杀|带货|直播间|快递费|代理|加盟|装一个多少|收不收费|免费送|免费领|发票"
)
# What happens now, whatever else is said around it.
URGENT_CALL = re.compile(
    "救命|救人|快来人|快来|赶紧来|赶快来|来人|速来|急急急|十万火急|正在|现在|里面有人|有人在里面|了了|着了(?:快|啊|呀)|刚刚|这会儿"
)
# How letters to an authority are written, about what has been so for long.
FORMAL = re.compile(
    "尊敬的|领导|书记|[市局县区镇]长|政府|部门|反映|投诉|举报|恳请|请求|要求|长期|至今|多次|迟迟|居民|村民|市民|开发商|违规|违法|违章|查处|整改|苦不堪言|推诿|不作为|无果|维权|严重影响|合法|老百姓|答复|回复|重视|落实|本人|街道|年久失修|咨询|建议|[A-Za-z]\\d+[区县市]|[a-z]市|公司|单位|政策|规定|业主们|相关|存在|规划"
)
THANKS = re.compile(
    "谢|表扬|点赞|辛苦|好评|五星|锦旗|给力|表示满意|很满意|非常满意|挺满意"
)


INVISIBLE = re.compile(r"[\u200b-\u200f\ufeff]")
# Where hasty hands leave a blank, others put a comma: 停电了 老人在家.
PAUSE = re.compile(r"(?<=[\u4e00-\u9fff]{2})[ \t]+(?=[\u4e00-\u9fff]{2})")


def clean(text):
    """Return the text in one spelling, of characters only a machine would miss.

    Width, case and the commonest traditional characters are unified; what voice
    recognition mishears becomes the word that was said.
    """
    text = unicodedata.normalize("NFKC", text or "").lower().translate(SINGLE)
    text = INVISIBLE.sub("", text)
    if " " in text or "\t" in text:
        text = PAUSE.sub(",", text)
    there = set(text)
    for wrong, right, one_of in MISHEARD:
        if not one_of.isdisjoint(there):
            text = wrong.sub(right, text)
            there.update(right)
    return text


# Idioms with something in between.
SAYINGS = re.compile(
    "救命[圈衣]|(?:着火|起火|爆炸|触电|中毒|冒烟|过电)(?:了)?(?:一样|似的|般)|咬了(?:一|两|几)口|救生圈|"
    "头晕[^，。,.]{0,3}的(?:报表|账单|表格|数字|规则|文件|合同|条款|通知|小字|字|公告|说明)|(?:摔倒|跌倒|火灾|漏水|水损|意外|烫伤|触电|骨折)(?:伤害|责任|财产)?(?:保)?险(?!些|情|象|要|了)|"
    "掉(?:下来?|了|落|到楼下)*(?:一|件|个|条|片|只|些|好多|床|双)*(?:衣服|果子?|叶|袜|毛巾|床单|被单|被子|衣架|雨伞|玩具|帽|内衣|裤|纸)|(?:果子?|叶子?|树叶|落叶|花瓣|衣服|被单|袜子|柳絮|毛毛虫|枣|柿子|银杏|松针)[^，。,.]{0,5}(?:掉|落)(?:下来?|得|了|落)*|打人防|"
    "(?:气得|气到|气的|渴得|忙得|急得|热得|嗓子|喉咙|头顶|气死)[^，。,.]{0,6}冒(?:了)?烟|"
    "(?:看|听|算|绕|数|账单?|费用?|价格|规定|收费|条款|流程|公式|表格|密密麻麻|字太小|说明书?|通知|群里)[^，。,.]{0,8}(?:头晕|头疼|头大|发晕|晕)(?!倒|过去|死|厥)|"
    "(?:笑|羡慕|美|馋|乐|开心|感动)[^，。,.]{0,3}(?:死|晕|疯|抽|岔气)|笑得[^，。,.]{0,6}(?:疼|痛|喘|抽)|"
    "(?:热度|人气|生意|流量|销量|电影|歌|视频|餐厅|店|爆)[^，。,.]{0,3}(?:火了|着火|炸了|爆了)|(?:火|爆)(?:得不行|出圈|遍全)|"
    "(?:价格|房价|物价|股票|基金|成绩|业绩|排名|分数|评分|销量|油价|人气)[^，。,.]{0,6}(?:跌|掉|塌|摔|崩|跳水|坠)[^，。,.]{0,3}|"
    "(?:心情|心态|情绪|人设|三观|网络?|网页|系统|app|小程序|服务器|软件|页面|手机|电脑|游戏)[^，。,.]{0,5}(?:崩|塌|炸|卡住|卡死|死机|掉线|断了|瘫痪|爆)[^，。,.]{0,2}|"
    "困(?:了|得|死|的|意|倦)(?!电|在|住)|(?:眼睛|人|好|很|太|真|又|都|有点|特别)困(?!在|住|电|人|难)|"
    "(?:路|交通|高架|马路)[^，。,.]{0,3}(?:瘫痪)|(?:钱包|腰包|荷包)[^，。,.]{0,4}(?:出血|大出血|流血)|大出血(?=[^，。,.]{0,4}(?:甩|卖|价|优惠))|"
    "(?:被|给)[^，。,.]{0,6}(?:感动|吓|雷|帅|美)(?:哭|倒|晕|死)了?|(?:吃|喝)[^，。,.]{0,3}(?:吐|撑死|晕)了?(?!.{0,4}血)|"
    "(?:睡|躺|跑|走|累|逛|加班|站)[^，。,.]{0,4}(?:瘫|废|趴|断气)了?|(?:烧|燃)脑|(?:热情|激情|青春|斗志|卡路里|脂肪)[^，。,.]{0,4}燃(?:烧|起来)?|燃烧(?:脂肪|卡路里|青春|吧)"
)


@lru_cache(maxsize=64)
def _by_beginning(words):
    """Words by their first two characters, each with its place in the order."""
    found = {}
    for place, word in enumerate(words):
        found.setdefault(word[:2], []).append((place, word))
    return found


def _present(words, text):
    """Those of the words that may be in the text, in their order."""
    index = _by_beginning(tuple(words))
    there = index.keys() & {*text, *map("".join, zip(text, text[1:]))}
    return [word for _place, word in sorted(p for key in there for p in index[key])]


def blank_idioms(text, idioms=IDIOMS):
    """Replace harmless words by as many ○, so that positions stay."""
    for word in _present(idioms, text):
        if word in text:
            text = text.replace(word, "○" * len(word))
    return SAYINGS.sub(lambda match: "○" * len(match[0]), text)


# 怕是漏了, 万一着了: told with this it has begun.
HAS_HAPPENED = ("了", "着", "得", "啦", "咗")


class Scopes:
    """The clauses of one text, and how each mention in it is meant.

    :param str text: cleaned and with its idioms blanked
    """

    def __init__(self, text):
        self.text = text
        self.clauses = self._spans(CLAUSE)
        self.sentences = self._spans(SENTENCE)
        self._clause_starts = [start for start, _end in self.clauses]
        self._sentence_starts = [start for start, _end in self.sentences]
        self._solved = None

    def _spans(self, pattern):
        spans, start = [], 0
        for match in pattern.finditer(self.text):
            spans.append((start, match.start()))
            start = match.end()
        spans.append((start, len(self.text)))
        return spans

    def clause(self, position):
        index = bisect_right(self._clause_starts, position) - 1
        return self.clauses[max(index, 0)]

    def sentence(self, position):
        index = bisect_right(self._sentence_starts, position) - 1
        return self.sentences[max(index, 0)]

    def solved_marks(self):
        """Positions where something is told as done, and not as wished for."""
        if self._solved is None:
            marks = []
            for match in SOLVED_MARK.finditer(self.text):
                start = self.clause(match.start())[0]
                before = self.text[max(start, match.start() - 10) : match.start()]
                after = self.text[match.end() : match.end() + 4]
                if UNSOLVED_BEFORE.search(before) or after.startswith(
                    ("不了", "吗", "没", "方案", "办法", "问题")
                ):
                    continue
                if RELAPSE.search(self.text[match.end() : match.end() + 16]):
                    continue
                marks.append(match.start())
            self._solved = marks
        return self._solved

    def status(self, start, end):
        """Tell how what stands in text[start:end] is meant: one of the constants."""
        text = self.text
        clause_start, clause_end = self.clause(start)
        sentence_start, sentence_end = self.sentence(start)
        before = text[clause_start:start]
        after = text[end:clause_end]
        clause = text[clause_start:clause_end]
        sentence = text[sentence_start:sentence_end]
        if self._negated(before, after):
            return NEGATED
        if self._is_solved(start, end, before, sentence):
            return SOLVED
        urgent = URGENT_CALL.search(sentence)
        if SHOP.search(clause) and not urgent:
            return SHOPPING
        if TALK.search(clause) and not urgent:
            return IMAGINED
        lead = text[max(sentence_start, start - 14) : start]
        if not urgent and not NOW.search(sentence) and THANKED.search(sentence):
            return SOLVED
        if (
            not urgent
            and ABOUT_RULES.search(sentence)
            and ASKING.search(sentence)
            and not HAPPENED.search(sentence)
        ):
            return IMAGINED
        if HEARSAY.search(text[sentence_start:start]) and not urgent:
            return IMAGINED
        if (
            len(text) < 60
            and not urgent
            and self._asked(start, end, clause_end, clause)
        ):
            return IMAGINED
        if IF_MARK.search(lead) and not NOW.search(sentence) and not urgent:
            return IMAGINED
        if WORRY.search(before) and not urgent and not after.startswith(HAS_HAPPENED):
            return IMAGINED
        if PAST_MARK.search(text[sentence_start:start]) and not NOW.search(sentence):
            return PAST
        return ACTIVE

    def _asked(self, start, end, clause_end, clause):
        rest = self.text[end:clause_end]
        if rest.startswith(("了", "着", "得", "啦", "咗", "到")) or NOW.search(clause):
            return False
        return bool(ASKED.search(self.text[start:clause_end]))

    def _negated(self, before, after):
        before = before[-12:]
        if NEGATORS.search(before) and not NO_NEGATION.search(before):
            return not (
                DOUBTING.search(before) and after[:3].startswith(("吧", "了吧"))
            )
        return bool(AFTER_NEGATED.match(after[:16]))

    def _is_solved(self, start, end, before, sentence):
        marks = self.solved_marks()
        if not marks:
            return False
        limit = self._next_sentence_end(end)
        for mark in marks:
            # 漏水 … 修好了 within this sentence or the next one
            if end <= mark < limit and not self._new_trouble(end, mark):
                return True
            # 修好了漏水 …, with thanks
            if 0 <= start - mark <= 10 and THANKS.search(self.text):
                return True
        return False

    def _next_sentence_end(self, position):
        index = bisect_right(self._sentence_starts, position) - 1
        return self.sentences[min(max(index, 0) + 1, len(self.sentences) - 1)][1]

    def _new_trouble(self, end, mark):
        between = self.text[end:mark]
        return (
            bool(re.search("又|没人|还没|一直没|不敢|怎么|快|救", between))
            and len(between) > 1
        )
