// Times as the bot writes them: 上午8:30, 下午6:00. The parts of the day are those of digests/dates.py.
const PARTS = [[5, "凌晨"], [8, "早上"], [12, "上午"], [13, "中午"], [19, "下午"], [24, "晚上"]];
const there = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", weekday: "short", hour: "numeric", minute: "2-digit", hourCycle: "h23",
});

function parts(moment) {
  const { month, day, weekday, hour, minute } = Object.fromEntries(there.formatToParts(moment).map(({ type, value }) => [type, value]));
  const [, part] = PARTS.find(([end]) => hour < end);
  const time = `${part}${hour > 12 ? hour - 12 : Number(hour)}:${minute.padStart(2, "0")}`;
  return { date: `${month}月${day}日`, weekday, time };
}

export function dayAndTime(moment) {
  const { date, weekday, time } = parts(moment);
  return `${date}${weekday} ${time}`;
}

export function weekdayAndTime(moment) {
  const { weekday, time } = parts(moment);
  return `${weekday} ${time}`;
}
