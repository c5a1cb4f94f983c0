using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>A member of a class, found and checked, and its column.</summary>
internal sealed record TypedColumn(string Name, DataViewType Type, MemberInfo Member, DataViewSchema.Annotations Annotations)
{
    private static readonly HashSet<Type> _itemTypes =
    [
        typeof(ReadOnlyMemory<char>), typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(TimeSpan), typeof(DateTime), typeof(DateTimeOffset),
        typeof(DataViewRowId),
    ];

    /// <summary>The type of the member.</summary>
    public Type MemberType => GetMemberType(Member);

    /// <summary>The columns of a class.</summary>
    public static TypedColumn[] Resolve(Type userType, SchemaDefinition? definition, SchemaDefinition.Direction direction)
    {
        definition ??= SchemaDefinition.Create(userType, direction);
        return definition.Select(column => Resolve(userType, column)).ToArray();
    }

    /// <summary>The schema of columns.</summary>
    public static DataViewSchema MakeSchema(IEnumerable<TypedColumn> columns)
        => SchemaExtensions.MakeSchema(columns.Select(column => new DataViewSchema.DetachedColumn(column.Name, column.Type, column.Annotations)));

    private static TypedColumn Resolve(Type userType, SchemaDefinition.Column column)
    {
        const string Parameter = "userSchemaDefinition";
        var member = (MemberInfo?)userType.GetField(column.MemberName) ?? userType.GetProperty(column.MemberName)
            ?? throw Contracts.ExceptParam(Parameter, $"{userType} has no public field or property '{column.MemberName}'.");
        string name = string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName;
        var itemType = GetItemType(GetMemberType(member), member.Name, out bool isVector);
        DataViewType type = column.ColumnType;
        if (type == null)
        {
            var primitive = ColumnTypeExtensions.PrimitiveTypeFromType(itemType);
            type = isVector ? new VectorDataViewType(primitive) : primitive;
        }

        if (isVector != type is VectorDataViewType || type.GetItemType().RawType != itemType)
        {
            throw Contracts.ExceptParam(
                Parameter, $"The member '{member.Name}' of type {GetMemberType(member)} does not hold the column '{name}' of type {type}.");
        }

        return new TypedColumn(name, type, member, column.Annotations);
    }

    /// <summary>The type of a field or property.</summary>
    public static Type GetMemberType(MemberInfo member) => member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;

    /// <summary>The raw type of a member's items: those of an array or a vector, or the member itself.</summary>
    public static Type GetItemType(Type memberType, string memberName, out bool isVector)
    {
        var itemType = memberType.IsArray ? memberType.GetElementType()
            : memberType.IsGenericType && memberType.GetGenericTypeDefinition() == typeof(VBuffer<>) ? memberType.GetGenericArguments()[0]
            : null;
        isVector = itemType != null;
        itemType ??= memberType;
        if (itemType == typeof(string))
            itemType = typeof(ReadOnlyMemory<char>);
        if (!_itemTypes.Contains(itemType))
            throw Contracts.ExceptParam("rawType", $"The member '{memberName}' is of type {memberType}, which no column holds.");
        return itemType;
    }
}
