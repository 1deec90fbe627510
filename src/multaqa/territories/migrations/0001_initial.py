import django.db.models.deletion
import multaqa.kit.translated
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Territory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=24, unique=True)),
                ('title', multaqa.kit.translated.TranslatedField(verbose_name='name')),
                ('level', models.CharField(choices=[('country', 'country'), ('region', 'region'), ('province', 'province or prefecture'), ('commune', 'commune')], max_length=10)),
                ('milieu', models.CharField(blank=True, choices=[('urban', 'urban'), ('rural', 'rural')], max_length=5)),
                ('has_indicators', models.BooleanField(default=True, help_text='False where only counts of people exist')),
                ('arrondissements', models.PositiveSmallIntegerField(default=0, help_text='Districts with a council of their own')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='territories.territory')),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Boundary',
            fields=[
                ('territory', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='boundary', serialize=False, to='territories.territory')),
                ('geometry', models.JSONField()),
                ('label_longitude', models.FloatField()),
                ('label_latitude', models.FloatField()),
                ('source', models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='LegalRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=24)),
                ('sets', models.SlugField(blank=True, help_text='What the rule decides, whatever its country calls it', max_length=40)),
                ('level', models.CharField(blank=True, choices=[('country', 'country'), ('region', 'region'), ('province', 'province or prefecture'), ('commune', 'commune')], max_length=10)),
                ('text', multaqa.kit.translated.TranslatedField()),
                ('parameters', models.JSONField(default=dict)),
                ('citation', models.CharField(max_length=300)),
                ('valid_from', models.DateField(help_text='Unknown: never applied to a past date', null=True)),
                ('valid_to', models.DateField(null=True)),
                ('checked_on', models.CharField(max_length=10)),
                ('verified', models.CharField(choices=[('yes', 'text read'), ('secondary', 'reported by a secondary source'), ('no', 'not verified yet')], max_length=9)),
                ('conflicts', models.JSONField(default=list)),
            ],
            options={
                'ordering': ['key', 'valid_from'],
                'constraints': [models.UniqueConstraint(fields=('key', 'valid_from'), name='one_rule_per_key_and_date')],
            },
        ),
        migrations.CreateModel(
            name='RegionPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40, unique=True)),
                ('title', multaqa.kit.translated.TranslatedField()),
                ('currency', models.CharField(max_length=3)),
                ('time_zone', models.CharField(max_length=40)),
                ('hijri_offset_days', models.SmallIntegerField(default=0)),
                ('notice', multaqa.kit.translated.TranslatedField(verbose_name='neutral notice')),
                ('credit', multaqa.kit.translated.TranslatedField(verbose_name='source of the figures')),
                ('is_demo', models.BooleanField(default=False)),
                ('root', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territories.territory')),
                ('country', models.ForeignKey(help_text='The country whose communes the region’s compare with; empty: none is loaded', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territories.territory')),
            ],
        ),
        migrations.CreateModel(
            name='Population',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('legal', 'legal population'), ('municipal', 'municipal population'), ('households', 'households')], max_length=10)),
                ('count', models.PositiveBigIntegerField()),
                ('source', models.CharField(max_length=200)),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='populations', to='territories.territory')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('territory', 'year', 'kind'), name='one_count_per_census_and_kind')],
            },
        ),
    ]
