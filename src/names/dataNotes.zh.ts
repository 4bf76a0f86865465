/** What is said of data as they were read and divided, in Simplified Chinese. As `messages.zh.ts`. */
export const chineseDataNotes: Readonly<Record<string, string>> = {
  // How a table was read.
  'The file is not valid UTF-8 (first on line {0}); it was read as {1}. If its words look wrong, save it as UTF-8.':
    '文件不是有效的 UTF-8（首次出现在第 {0} 行），已按 {1} 读取。如果文字显示不对，请另存为 UTF-8。',
  'The file is not valid UTF-8; it was read as {0}. If its words look wrong, save it as UTF-8.':
    '文件不是有效的 UTF-8，已按 {0} 读取。如果文字显示不对，请另存为 UTF-8。',
  '"{0}" and "{1}" in "{2}" differ in capitals alone; they are two categories.':
    '“{2}”中的“{0}”与“{1}”只有大小写不同；它们被当作两个类别。',
  'Numbers with a decimal comma were read in {0}.': '以下列中的数字按小数逗号读取：{0}。',
  'The numbers of "{0}" were read without their "{1}".': '“{0}”的数字在读取时去掉了“{1}”。',
  'Dates in "{0}" were read as {1}; they could be read the other way round.':
    '“{0}”中的日期按 {1} 读取；也可能应按相反的顺序读取。',
  'A line of comment above the header was skipped.': '已跳过表头上方的一行注释。',
  '{0} lines of comment above the header were skipped.': '已跳过表头上方的 {0} 行注释。',
  'Column {0} has no name in the header; it is called "{1}".': '第 {0} 列在表头中没有名称，称为“{1}”。',
  // Missing values and rows.
  'Missing values in {0} were filled with {1} ({2}).': '有{0}的缺失值用{1}填补（{2}）。',
  'Missing values in {0} were filled (data.missing).': '有{0}的缺失值已填补（data.missing）。',
  '{0} with a missing value left out ({1}).': '略去了{0}有缺失值的数据（{1}）。',
  '{0} without a target left out ({1}).': '略去了{0}没有目标的数据（{1}）。',
  '"{0}" is {1} in {2} rows, apart from all its other values ({3} to {4}). If that means "not known", set data.columns.{5}.missingValues to [{6}] and data.missing to "median"; as a number it is learned from like any other.':
    '“{0}”在 {2} 行中为 {1}，与该列其他所有的值（{3} 至 {4}）相距甚远。如果它表示“未知”，请把 data.columns.{5}.missingValues 设为 [{6}]，并把 data.missing 设为 "median"；否则它会像其他数字一样参与学习。',
  // How rows were divided.
  '{0} of the validation part also occur among the training rows.': '验证部分有{0}也出现在训练行里。',
  '{0} of the test part also occur among the training rows.': '测试部分有{0}也出现在训练行里。',
  '{0} of the validation part also occurs among the training rows.': '验证部分有{0}也出现在训练行里。',
  '{0} of the test part also occurs among the training rows.': '测试部分有{0}也出现在训练行里。',
  '{0} of the {1} test rows looked at also occur among the training rows: what they measure is memory. Remove the copies, or keep them together with data.split.group.':
    '所查看的 {1} 个测试行中有 {0} 行也出现在训练行里：它们衡量的只是记忆。请去掉副本，或用 data.split.group 让它们在一起。',
  '{0} of the {1} validation rows looked at also occur among the training rows: what they measure is memory. Remove the copies, or keep them together with data.split.group.':
    '所查看的 {1} 个验证行中有 {0} 行也出现在训练行里：它们衡量的只是记忆。请去掉副本，或用 data.split.group 让它们在一起。',
  '{0} in "{1}" did not occur in the training rows; {2} of the other parts stand there without a category.':
    '“{1}”中的 {0} 没有在训练行中出现；其他部分有{2}在此处没有类别。',
  'The target "{0}" has {1} classes in {2} rows: is it a number?':
    '目标“{0}”在 {2} 行中有 {1} 个类别：它是不是一个数字？',
  '{0} gives {1} scores, and the target "{2}" has {3} classes: "{4}" to "{5}" are classes without rows.':
    '{0} 给出 {1} 个分数，而目标“{2}”有 {3} 个类别：“{4}”至“{5}”是没有任何行的类别。',
  '{0} gives {1} scores, and the target "{2}" has {3} classes: "{4}" is a class without rows.':
    '{0} 给出 {1} 个分数，而目标“{2}”有 {3} 个类别：“{4}”是没有任何行的类别。',
  // Rows that are predicted.
  'Row {0} has no column "{1}", which the model was trained with.':
    '第 {0} 行没有“{1}”列，而模型训练时用到了它。',
  ' "{0}" is near: rename it.': '“{0}”与它相近：请改名。',
  ' Nor has it {0}.': '也没有 {0}。',
  ' If it is not known, add it with empty cells: what is typical of the training rows then stands in.':
    '如果不知道它的值，请加上这一列并留空：届时用训练行的典型值代替。',
  ' Add it, or train without it (data.exclude).': '请加上这一列，或在训练时不用它（data.exclude）。',
};

/** Values within such sentences that are words of ours. */
export const chineseValues: Readonly<Record<string, string>> = {
  '1 row': ' 1 行',
  'the mean or most frequent value of the training rows': '训练行的均值或最常见的值',
  'the median or most frequent value of the training rows': '训练行的中位数或最常见的值',
  'the most frequent value of the training rows': '训练行中最常见的值',
  'a constant': '一个常数',
  '{0} and {1} more columns': '{0} 及另外 {1} 列',
  // Behind those that end alike.
  '{0} rows': ' {0} 行',
};
