using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>The lines of a text file as rows, read anew in each pass. Empty lines and lines that start with // are left out.</summary>
internal sealed class TextFileDataView : IDataView
{
    private readonly IHost _host;
    private readonly string _path;
    private readonly TextLoader.Options _options;
    private readonly int[][] _fields;

    public TextFileDataView(IHost host, string path, TextLoader.Options options, TextLoader.Column[] columns)
    {
        _host = host;
        _path = path;
        _options = options;
        _fields = Array.ConvertAll(columns, column =>
            column.Source.SelectMany(range => Enumerable.Range(range.Min, range.Max!.Value - range.Min + 1)).ToArray());
        Schema = MakeSchema(columns);
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        => new Cursor(this, RowGetters.ToMask(columnsNeeded, Schema));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private DataViewSchema MakeSchema(TextLoader.Column[] columns)
    {
        var schema = new DataViewSchema.Builder();
        for (int i = 0; i < columns.Length; i++)
        {
            var column = columns[i];
            var itemType = GetItemType(column);
            bool isScalar = _fields[i].Length == 1 && !column.Source[0].ForceVector;
            schema.AddColumn(column.Name, isScalar ? itemType : new VectorDataViewType(itemType, _fields[i].Length));
        }

        return schema.ToSchema();
    }

    private PrimitiveDataViewType GetItemType(TextLoader.Column column)
    {
        PrimitiveDataViewType type = column.DataKind switch
        {
            DataKind.SByte => NumberDataViewType.SByte,
            DataKind.Byte => NumberDataViewType.Byte,
            DataKind.Int16 => NumberDataViewType.Int16,
            DataKind.UInt16 => NumberDataViewType.UInt16,
            DataKind.Int32 => NumberDataViewType.Int32,
            DataKind.UInt32 => NumberDataViewType.UInt32,
            DataKind.Int64 => NumberDataViewType.Int64,
            DataKind.UInt64 => NumberDataViewType.UInt64,
            DataKind.Single => NumberDataViewType.Single,
            DataKind.Double => NumberDataViewType.Double,
            DataKind.String => TextDataViewType.Instance,
            DataKind.Boolean => BooleanDataViewType.Instance,
            _ => throw _host.ExceptUserArg(nameof(column.DataKind), $"The column '{column.Name}' is of no known kind."),
        };
        if (column.KeyCount == null)
            return type;
        ulong most = column.DataKind switch
        {
            DataKind.Byte => byte.MaxValue,
            DataKind.UInt16 => ushort.MaxValue,
            DataKind.UInt32 => uint.MaxValue,
            DataKind.UInt64 => ulong.MaxValue,
            _ => throw _host.ExceptUserArg(nameof(column.DataKind), $"The column '{column.Name}' of type {type} cannot be a key."),
        };
        return new KeyDataViewType(type.RawType, column.KeyCount.Count ?? most);
    }

    private static string? ReadLine(StreamReader reader)
    {
        string? line;
        do
            line = reader.ReadLine();
        while (line != null && (line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal)));
        return line;
    }

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly TextFileDataView _parent;
        private readonly IChannel _channel;
        private readonly StreamReader _reader;
        private readonly LineSplitter _splitter;
        private readonly List<ReadOnlyMemory<char>> _line = [];
        private readonly Delegate?[] _getters;
        private long _position = -1;
        private long _badLines;
        private long _badValues;
        private bool _done;

        public Cursor(TextFileDataView parent, bool[] active)
        {
            _parent = parent;
            _channel = parent._host.Start("Cursor");
            _reader = new StreamReader(parent._path);
            _splitter = new LineSplitter(parent._options.Separators, parent._options.AllowQuoting);
            _getters = active.Select((isActive, i) => isActive ? MakeGetter(parent.Schema[i], parent._fields[i]) : null).ToArray();
            if (parent._options.HasHeader)
                ReadLine(_reader);
        }

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => _parent.Schema;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] != null;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => RowGetters.Cast<TValue>(_getters, column);

        public override bool MoveNext()
        {
            if (_done)
                return false;
            string? line = _position + 1 < (_parent._options.MaxRows ?? long.MaxValue) ? ReadLine(_reader) : null;
            if (line == null)
            {
                Dispose();
                return false;
            }

            var text = line.AsMemory();
            if (_splitter.Split(_parent._options.TrimWhitespace ? text.TrimEnd() : text, _line) > 0)
                _badLines++;
            _position++;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (_done)
                return;
            _done = true;
            if (_badLines + _badValues > 0)
            {
                const string Report = "{0} rows read; {1} of them with wrong quotes; {2} values could not be read.";
                _channel.Info(MessageSensitivity.None, Report, _position + 1, _badLines, _badValues);
            }

            _position = -1;
            _line.Clear();
            _reader.Dispose();
            _channel.Dispose();
        }

        private Delegate MakeGetter(DataViewSchema.Column column, int[] fields)
        {
            if (column.Type is TextDataViewType)
                return (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = GetField(fields[0]));
            if (column.Type.GetItemType() is TextDataViewType)
                return MakeTextVectorGetter(fields);
            return GenericMethods.Invoke<Delegate>(
                column.Type is VectorDataViewType ? MakeVectorGetter<int> : MakeScalarGetter<int>, column.Type.GetItemType().RawType, column, fields);
        }

        private ValueGetter<VBuffer<ReadOnlyMemory<char>>> MakeTextVectorGetter(int[] fields)
            => (ref VBuffer<ReadOnlyMemory<char>> value) =>
            {
                var editor = VBufferEditor.Create(ref value, fields.Length);
                for (int i = 0; i < fields.Length; i++)
                    editor.Values[i] = GetField(fields[i]);
                value = editor.Commit();
            };

        private ValueGetter<T> MakeScalarGetter<T>(DataViewSchema.Column column, int[] fields)
        {
            var parser = FieldParser.Get<T>(column.Type);
            return (ref T value) => value = Parse(parser, column, fields[0]);
        }

        private ValueGetter<VBuffer<T>> MakeVectorGetter<T>(DataViewSchema.Column column, int[] fields)
        {
            var parser = FieldParser.Get<T>(column.Type.GetItemType());
            return (ref VBuffer<T> value) =>
            {
                var editor = VBufferEditor.Create(ref value, fields.Length);
                for (int i = 0; i < fields.Length; i++)
                    editor.Values[i] = Parse(parser, column, fields[i]);
                value = editor.Commit();
            };
        }

        private ReadOnlyMemory<char> GetField(int field)
        {
            Contracts.Check(_position >= 0, "The cursor is not on a row.");
            return field < _line.Count ? _line[field] : default;
        }

        /// <summary>An empty field has the default value.</summary>
        private T Parse<T>(FieldParser<T> parser, DataViewSchema.Column column, int field)
        {
            var text = GetField(field);
            if (text.IsEmpty)
                return default!;
            if (parser(text.Span, out var value))
                return value;
            if (!FieldParser.HasMissing(column.Type.GetItemType()))
                throw Contracts.Except($"'{text}' in row {_position}, field {field}, is no value of column '{column.Name}' of type {column.Type}.");
            _badValues++;
            return FieldParser.Missing<T>();
        }
    }
}
