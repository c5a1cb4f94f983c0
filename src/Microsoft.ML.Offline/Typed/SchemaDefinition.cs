using System.Reflection;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Which members of a class are which columns.</summary>
public sealed partial class SchemaDefinition : List<SchemaDefinition.Column>
{
    private SchemaDefinition()
    {
    }

    /// <summary>What a class is used for.</summary>
    [Flags]
    public enum Direction
    {
        /// <summary>Its members are read.</summary>
        Read = 1,

        /// <summary>Its members are written.</summary>
        Write = 2,

        /// <summary>Both.</summary>
        Both = Read | Write,
    }

    /// <summary>The column of a name; null where there is none.</summary>
    public Column this[string columnName]
    {
        get => Find(column => column.ColumnName == columnName)!;
        set
        {
            Contracts.CheckValue(value, nameof(value));
            string has = value.ColumnName;
            Contracts.CheckParam(has == columnName, nameof(columnName), $"The column has the name '{has}', not '{columnName}'.");
            int index = FindIndex(column => column.ColumnName == columnName);
            if (index >= 0)
                this[index] = value;
            else
                Add(value);
        }
    }

    /// <summary>The definition that a class's public members and their attributes give.</summary>
    public static SchemaDefinition Create(Type userType, Direction direction = Direction.Both)
    {
        Contracts.CheckValue(userType, nameof(userType));
        var definition = new SchemaDefinition();
        foreach (var member in GetMembers(userType, direction))
        {
            string name = member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? member.Name;
            if (definition.Exists(column => column.ColumnName == name))
                throw Contracts.ExceptParam(nameof(userType), $"{userType} has two members for the column '{name}'.");
            definition.Add(new Column(member.Name, GetColumnType(member), name));
        }

        return definition;
    }

    /// <summary>The definition of a class whose columns have the types and the annotations of a schema.</summary>
    internal static SchemaDefinition Create(IExceptionContext ectx, Type userType, DataViewSchema schema)
    {
        var definition = Create(userType, Direction.Read);
        foreach (var column in schema)
        {
            var target = definition[column.Name]
                ?? throw ectx.Except($"{userType} has no member for the column '{column.Name}'.");
            target.ColumnType = column.Type;
            target.AddAnnotations(column.Annotations);
        }

        return definition;
    }

    private static IEnumerable<MemberInfo> GetMembers(Type userType, Direction direction)
    {
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance;
        var fields = userType.GetFields(Public).Where(field => !field.IsLiteral && field.FieldType != typeof(IChannel));
        var properties = userType.GetProperties(Public).Where(property =>
            property.GetIndexParameters().Length == 0 && property.PropertyType != typeof(IChannel)
            && ((direction.HasFlag(Direction.Read) && property.GetMethod?.IsPublic == true)
                || (direction.HasFlag(Direction.Write) && property.SetMethod?.IsPublic == true)));
        return fields.Concat<MemberInfo>(properties).Where(member => member.GetCustomAttribute<NoColumnAttribute>() == null);
    }

    private static DataViewType GetColumnType(MemberInfo member)
    {
        var rawItemType = TypedColumn.GetItemType(TypedColumn.GetMemberType(member), member.Name, out bool isVector);
        PrimitiveDataViewType itemType;
        if (member.GetCustomAttribute<KeyTypeAttribute>() is { } key)
        {
            Contracts.CheckParam(
                KeyDataViewType.IsValidDataType(rawItemType),
                "userType",
                $"The member '{member.Name}' cannot be a key: {rawItemType} does not hold one.");
            itemType = new KeyDataViewType(rawItemType, key.KeyCount);
        }
        else
        {
            itemType = ColumnTypeExtensions.PrimitiveTypeFromType(rawItemType);
        }

        var vector = member.GetCustomAttribute<VectorTypeAttribute>();
        Contracts.CheckParam(vector == null || isVector, "userType", $"The member '{member.Name}' is not a vector.");
        if (!isVector)
            return itemType;
        return vector is { Dims.Length: > 0 } ? new VectorDataViewType(itemType, vector.Dims) : new VectorDataViewType(itemType);
    }
}
