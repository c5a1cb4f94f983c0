using System.Reflection;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Reads text files: a line is a row, its fields are columns or slots of vectors.</summary>
public sealed partial class TextLoader
{
    private readonly IHost _host;
    private readonly Options _options;
    private readonly Column[] _columns;

    internal TextLoader(IHostEnvironment env, Options options)
    {
        _host = env.Register("TextLoader");
        _options = options;
        _columns = _host.CheckNonEmpty(options.Columns, nameof(options.Columns));
        _host.CheckNonEmpty(options.Separators, nameof(options.Separators));
        _host.CheckUserArg(!options.Separators.Contains('"'), nameof(options.Separators), "A quote cannot separate fields.");
        if (options.AllowSparse)
            throw _host.ExceptNotSupp("Sparse lines are not read here.");
        foreach (var column in _columns)
        {
            _host.CheckUserArg(!string.IsNullOrWhiteSpace(column.Name), nameof(column.Name), "A column has no name.");
            _host.CheckUserArg(column.Source is { Length: > 0 }, nameof(column.Source), $"The column '{column.Name}' has no fields.");
            _host.CheckUserArg(
                column.Source.All(range => range.Min >= 0 && range.Max >= range.Min),
                nameof(column.Source),
                $"The fields of column '{column.Name}' must have a first and a last number; open ends are not read here.");
        }
    }

    /// <summary>Columns from the members of a class, which all say which fields they are read from.</summary>
    internal static TextLoader Create<TInput>(IHostEnvironment env, Options options)
    {
        var columns = new List<Column>();
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance;
        var members = typeof(TInput).GetFields(Public).Concat<MemberInfo>(typeof(TInput).GetProperties(Public)
            .Where(property => property.GetMethod?.IsPublic == true && property.GetIndexParameters().Length == 0));
        foreach (var member in members)
        {
            var attribute = member.GetCustomAttribute<LoadColumnAttribute>()
                ?? throw env.Except($"The member '{member.Name}' has no LoadColumn attribute.");
            var type = TypedColumn.GetMemberType(member);
            columns.Add(new Column
            {
                Name = member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? member.Name,
                Source = attribute.Sources,
                DataKind = KindOf(type.IsArray ? type.GetElementType()! : type)
                    ?? throw env.Except($"The member '{member.Name}' is of type {type}, which is not read from text."),
                KeyCount = member.GetCustomAttribute<KeyTypeAttribute>() is { } key ? new KeyCount(key.KeyCount) : null,
            });
        }

        env.CheckParam(columns.Count > 0, nameof(TInput), $"{typeof(TInput)} has no public members.");
        options.Columns = [.. columns];
        return new TextLoader(env, options);
    }

    private static DataKind? KindOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => DataKind.SByte,
        TypeCode.Byte => DataKind.Byte,
        TypeCode.Int16 => DataKind.Int16,
        TypeCode.UInt16 => DataKind.UInt16,
        TypeCode.Int32 => DataKind.Int32,
        TypeCode.UInt32 => DataKind.UInt32,
        TypeCode.Int64 => DataKind.Int64,
        TypeCode.UInt64 => DataKind.UInt64,
        TypeCode.Single => DataKind.Single,
        TypeCode.Double => DataKind.Double,
        TypeCode.String => DataKind.String,
        TypeCode.Boolean => DataKind.Boolean,
        _ => type == typeof(ReadOnlyMemory<char>) ? DataKind.String : null,
    };

    /// <summary>The rows of a file.</summary>
    internal IDataView Load(string path) => new TextFileDataView(_host, path, _options, _columns);

    internal static class Defaults
    {
        internal const bool AllowQuoting = false;
        internal const bool AllowSparse = false;
        internal const char Separator = '\t';
        internal const bool HasHeader = false;
        internal const bool TrimWhitespace = false;
    }
}
