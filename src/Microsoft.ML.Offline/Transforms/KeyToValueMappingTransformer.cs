using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Offline;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(
    typeof(KeyToValueMappingTransformer), null, typeof(SignatureLoadModel), "Key to value", KeyToValueMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Puts the values that keys stand for back in the place of the keys.</summary>
public sealed class KeyToValueMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "KeyToValueTransform";

    private static readonly VersionInfo _version = new(
        modelSignature: "KEY2VALT",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(KeyToValueMappingTransformer).Assembly.FullName,
        loaderSignature: LoaderSignature);

    internal KeyToValueMappingTransformer(IHost host, params (string outputColumnName, string inputColumnName)[] columns)
        : base(host, columns)
    {
    }

    private KeyToValueMappingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
    }

    private static KeyToValueMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(_version);
        return new(env.Register(nameof(KeyToValueMappingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(_version);
        SaveColumns(ctx);
    }

    private protected override OutputColumn MapColumn(int index, DataViewSchema.Column source)
    {
        var valuesType = source.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type as VectorDataViewType;
        Host.Check(valuesType != null, $"The keys of column '{source.Name}' come without the values that they stand for.");
        Host.Check(
            source.Type.GetItemType() is KeyDataViewType key && key.Count == (ulong)valuesType.Size,
            $"The column '{source.Name}' of type {source.Type} has {valuesType.Size} values for its keys.");
        DataViewType type = valuesType.ItemType;
        if (source.Type is VectorDataViewType vector)
            type = new VectorDataViewType(valuesType.ItemType, vector.Dimensions);
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(source.Annotations, kind => kind == AnnotationUtils.Kinds.SlotNames);
        var column = new DataViewSchema.DetachedColumn(ColumnPairs[index].outputColumnName, type, annotations.ToAnnotations());

        var values = GenericMethods.Invoke<Array>(ReadValues<int>, valuesType.ItemType.RawType, source);
        return new OutputColumn(column, [source.Index], input => MakeGetter(input, source, values));
    }

    private static T[] ReadValues<T>(DataViewSchema.Column source)
    {
        VBuffer<T> values = default;
        source.Annotations.GetValue(AnnotationUtils.Kinds.KeyValues, ref values);
        return values.DenseValues().ToArray();
    }

    private static Delegate MakeGetter(DataViewRow input, DataViewSchema.Column source, Array values)
    {
        var keyType = source.Type.GetItemType().RawType;
        var maker = (IGetterMaker)Activator.CreateInstance(typeof(GetterMaker<,>).MakeGenericType(keyType, values.GetType().GetElementType()!))!;
        return maker.Make(input, source, values);
    }

    private interface IGetterMaker
    {
        Delegate Make(DataViewRow input, DataViewSchema.Column source, Array values);
    }

    private sealed class GetterMaker<TKey, TValue> : IGetterMaker
        where TKey : IBinaryInteger<TKey>
    {
        // What a missing key stands for.
        private static readonly TValue _missing
            = typeof(TValue) == typeof(float) ? (TValue)(object)float.NaN
            : typeof(TValue) == typeof(double) ? (TValue)(object)double.NaN
            : default!;

        public Delegate Make(DataViewRow input, DataViewSchema.Column source, Array values)
            => source.Type is VectorDataViewType
                ? MakeVectorGetter(input.GetGetter<VBuffer<TKey>>(source), (TValue[])values)
                : MakeScalarGetter(input.GetGetter<TKey>(source), (TValue[])values);

        private static TValue Map(TKey key, TValue[] values)
        {
            ulong index = ulong.CreateTruncating(key) - 1;
            return index < (ulong)values.Length ? values[index] : _missing;
        }

        private static ValueGetter<TValue> MakeScalarGetter(ValueGetter<TKey> getter, TValue[] values)
        {
            var key = TKey.Zero;
            return (ref TValue value) =>
            {
                getter(ref key);
                value = Map(key, values);
            };
        }

        private static ValueGetter<VBuffer<TValue>> MakeVectorGetter(ValueGetter<VBuffer<TKey>> getter, TValue[] values)
        {
            VBuffer<TKey> keys = default;
            return (ref VBuffer<TValue> result) =>
            {
                getter(ref keys);
                var editor = VBufferEditor.Create(ref result, keys.Length);
                var stored = keys.GetValues();
                if (keys.IsDense)
                {
                    for (int i = 0; i < stored.Length; i++)
                        editor.Values[i] = Map(stored[i], values);
                }
                else
                {
                    editor.Values.Fill(_missing);
                    var indices = keys.GetIndices();
                    for (int i = 0; i < stored.Length; i++)
                        editor.Values[indices[i]] = Map(stored[i], values);
                }

                result = editor.Commit();
            };
        }
    }
}
